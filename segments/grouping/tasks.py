from celery import shared_task

from segments.grouping import running


@shared_task(name="grouping.group")
def group(grouping_id: int) -> None:
    running.run(grouping_id)


@shared_task(name="grouping.find")
def find(lookalike_id: int) -> None:
    running.find(lookalike_id)


@shared_task(name="grouping.sweep")
def sweep() -> None:
    """Finds groupings and searches that wait or were left by a crash, and the week's."""
    running.sweep()
