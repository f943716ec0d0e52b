from celery import shared_task

from channels.inbox import services


@shared_task(name="inbox.wake")
def wake() -> None:
    services.wake_due()
