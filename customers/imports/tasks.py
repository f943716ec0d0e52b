from celery import shared_task

from customers.imports import leases, runner
from customers.imports.models import ImportJob

# What a job waits for when nobody works on it.
FIRST_LOOK = (ImportJob.Status.UPLOADED, ImportJob.Status.READING)


@shared_task(name="imports.read")
def read(job_id: int) -> None:
    runner.read(job_id)


@shared_task(name="imports.run")
def run(job_id: int) -> None:
    runner.run(job_id)


@shared_task(name="imports.sweep")
def sweep() -> None:
    """Restarts what a dead worker or a lost message left behind."""
    for job in leases.sweep():
        (read if job.status in FIRST_LOOK else run).delay(job.pk)
