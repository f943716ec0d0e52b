from celery import shared_task

from customers import jobs
from customers.exports import writing
from customers.exports.models import ExportJob

Status = ExportJob.Status


@shared_task(name="exports.write")
def write(job_id: int) -> None:
    writing.write(job_id)


@shared_task(name="exports.sweep")
def sweep() -> None:
    """Restarts what a dead worker left behind, and removes files whose time is over."""
    for pk in jobs.sweep(ExportJob, [Status.QUEUED, Status.RUNNING]):
        write.delay(pk)
    writing.remove_stale()
