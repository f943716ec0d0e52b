from celery import shared_task

from customers.imports import checking, collecting, forgetting, leases, reverting, runner
from customers.imports.models import ImportJob
from customers.imports.models.jobs import WORK

Status = ImportJob.Status


@shared_task(name="imports.read")
def read(job_id: int) -> None:
    runner.read(job_id)


@shared_task(name="imports.check")
def check(job_id: int) -> None:
    checking.check(job_id)


@shared_task(name="imports.run")
def run(job_id: int) -> None:
    runner.run(job_id)


@shared_task(name="imports.review")
def review(job_id: int) -> None:
    reverting.review(job_id)


@shared_task(name="imports.revert")
def revert(job_id: int) -> None:
    reverting.revert(job_id)


# Who does what a job waits for.
TASKS = {
    Status.UPLOADED: read,
    Status.TO_CHECK: check,
    Status.QUEUED: run,
    Status.TO_REVIEW: review,
    Status.TO_REVERT: revert,
}


@shared_task(name="imports.sweep")
def sweep() -> None:
    """Restarts what a dead worker or a lost message left behind."""
    tasks = {working: TASKS[asked] for asked, working in WORK.items()} | TASKS
    for job in leases.sweep():
        tasks[Status(job.status)].delay(job.pk)


@shared_task(name="imports.collect")
def collect() -> None:
    """Takes in what schedules wait for."""
    collecting.collect()


@shared_task(name="imports.forget_old")
def forget_old() -> None:
    """Deletes the files whose time is over."""
    forgetting.forget_old()
