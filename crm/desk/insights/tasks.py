from celery import shared_task

from crm.desk.insights import counting


@shared_task(name="insights.sweep")
def sweep() -> None:
    counting.sweep()
