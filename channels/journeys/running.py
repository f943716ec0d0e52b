"""One turn of a worker for one journey, and which journeys want one."""

from channels.journeys import entering, stepping
from channels.journeys.models import Journey, Run

# So many batches before others have their turn.
TURNS = 20


def go_on(journey_id: int) -> bool:
    """Lets in and moves on; whether there is more to do."""
    stepping.reach(journey_id)
    for _turn in range(TURNS):
        read, moved = entering.read(journey_id), stepping.advance(journey_id)
        if not read and not moved and not stepping.stop(journey_id):
            return False
    return True


def waiting() -> list[int]:
    """Journeys that are on, since something may have happened, and ended ones that still hold somebody."""
    ended = Journey.objects.filter(status=Journey.Status.ENDED)
    held = [
        pk for pk in ended.values_list("pk", flat=True) if Run.objects.active().filter(journey=pk).exists()
    ]
    return [*Journey.objects.on().values_list("pk", flat=True), *held]
