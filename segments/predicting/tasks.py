from celery import shared_task

from segments.predicting import running


@shared_task(name="predicting.predict")
def predict(run_id: int) -> None:
    running.run(run_id)


@shared_task(name="predicting.sweep")
def sweep() -> None:
    """Finds runs that wait or were left by a crash, and scorings that predictions are to follow."""
    running.sweep()
