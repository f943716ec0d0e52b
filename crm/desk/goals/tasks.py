from celery import shared_task

from crm.desk.goals import measuring
from crm.desk.goals.models import Goal, Review


@shared_task(name="goals.read")
def read(goal_id: int) -> None:
    for goal in Goal.objects.filter(pk=goal_id):  # no customer data
        measuring.read(goal)


@shared_task(name="goals.freeze")
def freeze(review_id: int) -> None:
    for review in Review.objects.filter(pk=review_id, frozen_at=None):  # no customer data
        measuring.freeze(review)


@shared_task(name="goals.sweep")
def sweep() -> None:
    measuring.sweep()
