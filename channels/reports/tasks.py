from celery import shared_task

from channels.reports import asking, refreshing


@shared_task(name="reports.sweep")
def sweep() -> None:
    refreshing.sweep()


@shared_task(name="reports.ask_for_ratings")
def ask_for_ratings() -> None:
    asking.sweep()
