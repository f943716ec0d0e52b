from celery import shared_task

from channels.audiences import refreshing, writing
from channels.audiences.models import AudienceRun
from customers import jobs


@shared_task(name="audiences.work")
def work(run_id: int) -> None:
    writing.work(run_id)


@shared_task(name="audiences.sweep")
def sweep() -> None:
    """Begins what is due, restarts what a dead worker left, removes files whose time is over."""
    refreshing.begin_due()
    for pk in jobs.sweep(AudienceRun, list(AudienceRun.MOVING)):
        work.delay(pk)
    writing.remove_stale()
