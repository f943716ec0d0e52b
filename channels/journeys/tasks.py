"""Wake up, hand over. Who is due stands in the database; a lost message costs one sweep."""

from celery import shared_task

from channels.journeys import running

EXPIRES = 30


@shared_task(name="journeys.go_on", expires=EXPIRES)
def go_on(journey_id: int) -> None:
    if running.go_on(journey_id):
        go_on.delay(journey_id)


@shared_task(name="journeys.sweep")
def sweep() -> None:
    for journey_id in running.waiting():
        go_on.delay(journey_id)
