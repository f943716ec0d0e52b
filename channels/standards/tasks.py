from celery import shared_task

from channels.standards import sweeping


@shared_task(name="standards.sweep")
def sweep() -> None:
    """Finds promises that are about to break or broke."""
    sweeping.sweep()
