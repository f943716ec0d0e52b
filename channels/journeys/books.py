"""What the engine writes down, set by set: where people are, what happened to them, and how often."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from channels.journeys.models import Run, Step, Tally
from customers.models import Customer
from customers.timeline.models import Entry

REACHED, GONE_ON, ENTERED = "reached", "gone_on", "entered"
SOURCE = "journey"

MOVE = """
    UPDATE journeys_run AS run SET node = told.node, due_at = told.due_at, steps = told.steps,
        state = told.state, reason = told.reason, ended_at = told.ended_at
    FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::int[], %s::text[], %s::text[],
                %s::timestamptz[]) AS told(id, node, due_at, steps, state, reason, ended_at)
    WHERE run.id = told.id
"""
COUNT = """
    INSERT INTO journeys_tally AS tally (version_id, node, what, number)
    SELECT * FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::bigint[]) ORDER BY 1, 2, 3
    ON CONFLICT (version_id, node, what) DO UPDATE SET number = tally.number + excluded.number
"""
Counts = Counter[tuple[int, int, str]]


def clock() -> datetime:
    """The database's: workers on machines whose clocks differ agree on it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        return moment


def hold(journey_id: int, status: str) -> bool:
    """Whether the journey has this status; until the transaction ends, nobody changes it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM journeys_journey WHERE id = %s FOR SHARE", [journey_id])
        row = cursor.fetchone()
    return row is not None and row[0] == status


def move(runs: Sequence[Run]) -> None:
    rows = [(r.pk, r.node, r.due_at, r.steps, str(r.state), r.reason, r.ended_at) for r in runs]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(MOVE, [list(column) for column in zip(*rows, strict=True)])


def write(steps: Iterable[Step]) -> None:
    Step.objects.bulk_create(steps, batch_size=1000)


def count(counts: Counts) -> None:
    rows = [(*key, number) for key, number in counts.items() if number]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [list(column) for column in zip(*rows, strict=True)])


def tallies(version_ids: Iterable[int]) -> dict[int, dict[int, dict[str, int]]]:
    """Per version and node how often what happened."""
    found: dict[int, dict[int, dict[str, int]]] = {}
    rows = Tally.objects.filter(version__in=list(version_ids))
    for version, node, what, number in rows.values_list("version", "node", "what", "number"):
        found.setdefault(version, {}).setdefault(node, {})[what] = number
    return found


def tell(rows: Iterable[tuple[int, int]], kind: str, name: str, at: datetime, **data: Any) -> None:
    """One entry on the timeline of each customer; `rows` are pairs of customer and run."""
    pairs = list(rows)
    Entry.objects.bulk_create(
        [
            Entry(
                customer_id=customer,
                kind=kind,
                channel=Entry.Channel.STAFF,
                occurred_at=at,
                summary=name,
                source=SOURCE,
                source_id=f"{run}:{kind}",
                data={"run": run, **data},
            )
            for customer, run in pairs
        ],
        batch_size=1000,
        ignore_conflicts=True,
    )
    told = [customer for customer, _run in pairs]
    Customer.objects.filter(pk__in=told, touched_at__lt=at).update(touched_at=at)
