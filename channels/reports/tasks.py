from celery import shared_task

from channels.reports import refreshing


@shared_task(name="reports.sweep")
def sweep() -> None:
    refreshing.sweep()
