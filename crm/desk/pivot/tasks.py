from celery import shared_task

from crm.desk.pivot import mailing


@shared_task(name="pivot.sweep")
def sweep() -> None:
    mailing.sweep()
