from celery import shared_task

from channels.store import following


@shared_task(name="store.sweep")
def sweep() -> None:
    following.sweep()
