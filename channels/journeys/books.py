"""What the engine writes down, set by set: where people are, what happened to them, and how often."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from channels.journeys.models import Journey, Run, Step, Tally, Watch
from channels.journeys.plan import Goal
from customers.orders.models import Order
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
WRITE = """
    INSERT INTO journeys_step (run_id, number, node, at, what, reason, message_id, result)
    SELECT *, '' FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::timestamptz[], %s::text[], %s::text[],
                             %s::bigint[])
"""
TELL = """
    INSERT INTO timeline_entry (customer_id, kind, channel, direction, occurred_at, summary, body, source,
                                source_id, data)
    SELECT customer, %s, %s, 'none', %s, %s, '', %s, run || ':' || %s, jsonb_build_object('run', run)
    FROM unnest(%s::bigint[], %s::bigint[]) AS told(customer, run) ORDER BY customer
    ON CONFLICT (source, source_id) DO NOTHING
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
    rows = [
        (one.run_id, one.number, one.node, one.at, str(one.what), one.reason, one.message_id) for one in steps
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(WRITE, [list(column) for column in zip(*rows, strict=True)])


def count(counts: Counts) -> None:
    rows = [(*key, number) for key, number in counts.items() if number]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [list(column) for column in zip(*rows, strict=True)])


def ordered(journey_id: int) -> list[int]:
    """Who ordered since somebody last asked, for a journey that has it as its goal. Rows whose transaction
    ends late may be missed."""
    goal = Journey.objects.filter(pk=journey_id, version__design__goal=Goal.ORDER)
    watch = Watch.objects.select_for_update(skip_locked=True).filter(journey__in=goal).first()
    if watch is None:
        return []
    newest = Order.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    if newest <= watch.orders_to:
        return []
    rows = Order.objects.filter(pk__gt=watch.orders_to, pk__lte=newest)
    found = list(rows.values_list("customer", flat=True).distinct())
    Watch.objects.filter(pk=watch.pk).update(orders_to=newest)
    return found


def tallies(version_ids: Iterable[int]) -> dict[int, dict[int, dict[str, int]]]:
    """Per version and node how often what happened."""
    found: dict[int, dict[int, dict[str, int]]] = {}
    rows = Tally.objects.filter(version__in=list(version_ids))
    for version, node, what, number in rows.values_list("version", "node", "what", "number"):
        found.setdefault(version, {}).setdefault(node, {})[what] = number
    return found


def tell(rows: Iterable[tuple[int, int]], kind: str, name: str, at: datetime) -> None:
    """One entry on the timeline of each customer; `rows` are pairs of customer and run."""
    pairs = list(rows)
    if not pairs:
        return
    customers, runs = (list(column) for column in zip(*pairs, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(TELL, [kind, Entry.Channel.STAFF, at, name, SOURCE, kind, customers, runs])
