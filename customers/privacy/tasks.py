from celery import shared_task

from customers.privacy import finishing, retaining


@shared_task(name="privacy.finish")
def finish(erasure_id: int) -> None:
    finishing.finish(erasure_id)


@shared_task(name="privacy.sweep")
def sweep() -> None:
    """Finds erasures whose files or journal line are missing, and the night's retention run."""
    finishing.sweep()
    retaining.run_if_due()
