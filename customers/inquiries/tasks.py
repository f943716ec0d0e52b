from celery import shared_task

from customers.inquiries import sweeping


@shared_task(name="inquiries.sweep")
def sweep() -> None:
    """Finds questions whose time to be answered is over, and checks that were kept long enough."""
    sweeping.sweep()
