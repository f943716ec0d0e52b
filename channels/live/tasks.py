from celery import shared_task

from channels.live import services


@shared_task(name="live.sweep")
def sweep() -> None:
    services.sweep()
