from celery import shared_task

from customers.matching import running, working


@shared_task(name="matching.work")
def work() -> None:
    """Matches customers who have just changed."""
    working.work_off(seconds=5)


@shared_task(name="matching.sweep")
def sweep() -> None:
    """Matches customers whom no message told of, or whom a worker left."""
    working.work_off(seconds=50)


@shared_task(name="matching.run")
def run(run_id: int) -> None:
    running.run(run_id)


@shared_task(name="matching.sweep_runs")
def sweep_runs() -> None:
    """Finds runs that wait or were left, and starts the night's."""
    running.sweep()
