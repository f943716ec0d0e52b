from celery import shared_task

from channels.inbox import media, services


@shared_task(name="inbox.wake")
def wake() -> None:
    services.wake_due()


@shared_task(name="inbox.fetch_file", expires=120)
def fetch_file(enclosure_id: int) -> None:
    media.fetch(enclosure_id)
