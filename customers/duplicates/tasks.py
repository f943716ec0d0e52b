from celery import shared_task

from customers import jobs
from customers.duplicates import batching
from customers.duplicates.models import Batch

Status = Batch.Status


@shared_task(name="duplicates.decide")
def decide(batch_id: int) -> None:
    batching.run(batch_id)


@shared_task(name="duplicates.undo")
def undo(batch_id: int) -> None:
    batching.undo(batch_id)


@shared_task(name="duplicates.sweep")
def sweep() -> None:
    """Goes on with decisions about many pairs that wait or were left half-way."""
    for pk in jobs.sweep(Batch, [Status.QUEUED, Status.RUNNING]):
        decide.delay(pk)
    for pk in jobs.sweep(Batch, [Status.UNDO_QUEUED, Status.UNDOING]):
        undo.delay(pk)
