from celery import shared_task

from customers import jobs
from customers.bulk import runner
from customers.bulk.models import BulkJob

Status = BulkJob.Status


@shared_task(name="bulk.run")
def run(job_id: int) -> None:
    runner.run(job_id)


@shared_task(name="bulk.undo")
def undo(job_id: int) -> None:
    runner.undo(job_id)


@shared_task(name="bulk.sweep")
def sweep() -> None:
    """Restarts what a dead worker or a lost message left behind."""
    for pk in jobs.sweep(BulkJob, [Status.QUEUED, Status.RUNNING]):
        run.delay(pk)
    for pk in jobs.sweep(BulkJob, [Status.UNDO_QUEUED, Status.UNDOING]):
        undo.delay(pk)
    runner.forget_old()
