"""Takes single customers off a journey, whatever step they stand at."""

from channels.journeys import books
from channels.journeys.books import GONE_ON, Counts
from channels.journeys.deciding import GONE
from channels.journeys.models import Run


def end(run: Run, why: str) -> None:
    counts = Counts({(run.version_id, run.node, GONE_ON): 1, (run.version_id, 0, Run.State.LEFT.value): 1})
    run.node, run.state, run.reason, run.ended_at = 0, Run.State.LEFT, why, books.clock()
    books.move([run])
    books.count(counts)


def forget(customer: int) -> None:
    """Somebody is erased: nobody writes to them any more."""
    for run in Run.objects.active().filter(customer=customer).select_for_update(no_key=True).order_by("pk"):
        end(run, GONE)
