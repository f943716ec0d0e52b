from celery import shared_task

from customers.matching import queue


@shared_task(name="matching.work")
def work() -> None:
    """Matches customers who changed, until none waits."""
    queue.work_off()
