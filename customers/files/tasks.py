from celery import shared_task

from customers.files import sweeping


@shared_task(name="files.sweep")
def sweep() -> None:
    sweeping.sweep()
