from celery import shared_task

from segments.predicting import following, running


@shared_task(name="predicting.predict")
def predict(run_id: int) -> None:
    running.run(run_id)


@shared_task(name="predicting.sweep")
def sweep() -> None:
    """Finds runs that wait or were left by a crash, scorings to follow, and customers who ordered since."""
    running.sweep()
    following.follow()
