"""Wake up, hand over: what is due stands in the database."""

from celery import shared_task

from channels.webhooks import delivering

# A message nobody took in this time is dropped: the sweep sends another.
EXPIRES = 30


@shared_task(name="webhooks.deliver", expires=EXPIRES)
def deliver(subscription_id: int) -> None:
    if delivering.deliver(subscription_id):
        deliver.delay(subscription_id)


@shared_task(name="webhooks.sweep")
def sweep() -> None:
    for pk in delivering.sweep():
        deliver.delay(pk)
