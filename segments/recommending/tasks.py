from celery import shared_task

from segments.recommending import running


@shared_task(name="recommending.learn")
def learn(learning_id: int) -> None:
    running.run(learning_id)


@shared_task(name="recommending.sweep")
def sweep() -> None:
    """Finds learnings that wait or were left by a crash, and the night's."""
    running.sweep()
