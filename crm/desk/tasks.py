from celery import shared_task

from crm.desk import figures


@shared_task(name="desk.refresh_figures", soft_time_limit=240)
def refresh_figures() -> None:
    figures.refresh_for_everybody()
