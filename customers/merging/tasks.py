from celery import shared_task

from customers.merging import gathering


@shared_task(name="merging.gather")
def gather() -> None:
    """Rows that were written to a customer who had just become part of another."""
    gathering.sweep()
