from celery import shared_task

from crm.desk.notices import mailing, telling


@shared_task(name="notices.sweep")
def sweep() -> None:
    telling.sweep()


@shared_task(name="notices.mail")
def mail() -> None:
    mailing.sweep()
