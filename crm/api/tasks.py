from celery import shared_task

from crm.api import services


@shared_task(name="api.sweep")
def sweep() -> None:
    services.sweep()
