from celery import shared_task

from segments.movement import digesting


@shared_task(name="movement.sweep")
def sweep() -> None:
    """Adds up months that wait, and what the newest scoring changed."""
    digesting.sweep()
