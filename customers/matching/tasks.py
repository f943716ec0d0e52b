from celery import shared_task

from customers.matching import running, working


@shared_task(name="matching.work")
def work() -> None:
    """Matches customers who changed, until none waits."""
    working.work_off()


@shared_task(name="matching.run")
def run(run_id: int) -> None:
    running.run(run_id)


@shared_task(name="matching.sweep_runs")
def sweep_runs() -> None:
    """Finds runs that wait or were left, and starts the night's."""
    running.sweep()
