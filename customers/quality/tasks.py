from celery import shared_task

from customers.quality import running


@shared_task(name="quality.assess")
def assess(assessment_id: int) -> None:
    running.run(assessment_id)


@shared_task(name="quality.sweep")
def sweep() -> None:
    """Finds assessments that wait or were left, the night's one, and requests that ran out."""
    running.sweep()
