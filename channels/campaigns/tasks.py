"""Wake up, hand over. What there is to do stands in the database; a lost message costs one sweep."""

from celery import shared_task
from django.conf import settings

from channels.campaigns import deciding, finishing, measuring, planning, sending
from channels.campaigns.finishing import Step

# A message nobody took in this time is dropped: the sweep sends another.
EXPIRES = 30


@shared_task(name="campaigns.start", expires=EXPIRES)
def start(campaign_id: int) -> None:
    if finishing.start(campaign_id):
        materialise(campaign_id)


@shared_task(name="campaigns.materialise", expires=EXPIRES)
def materialise(campaign_id: int) -> None:
    planning.materialise(campaign_id)
    go_on(campaign_id)


@shared_task(name="campaigns.deliver", expires=EXPIRES)
def deliver(campaign_id: int) -> None:
    if sending.deliver(campaign_id):
        deliver.delay(campaign_id)
    else:
        finishing.finish(campaign_id)


@shared_task(name="campaigns.close", expires=EXPIRES)
def close(campaign_id: int) -> None:
    finishing.close(campaign_id)
    finishing.finish(campaign_id)


@shared_task(name="campaigns.decide", expires=EXPIRES)
def decide(campaign_id: int) -> None:
    deciding.decide(campaign_id)
    go_on(campaign_id)


@shared_task(name="campaigns.measure")
def measure() -> None:
    measuring.sweep()


@shared_task(name="campaigns.sweep")
def sweep() -> None:
    for step, campaign_id in finishing.sweep():
        wake(step, campaign_id)


def go_on(campaign_id: int) -> None:
    """Wakes a worker for what the campaign needs next, if anything."""
    if step := finishing.next_step(campaign_id):
        wake(step, campaign_id)


def wake(step: Step, campaign_id: int) -> None:
    task = TASKS[step]
    for _ in range(settings.SEND_WORKERS if step is Step.SEND else 1):
        task.delay(campaign_id)


TASKS = {
    Step.START: start,
    Step.PLAN: materialise,
    Step.SEND: deliver,
    Step.DECIDE: decide,
    Step.CLOSE: close,
}
