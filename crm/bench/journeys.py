"""Journeys: letting everybody in on a day, and one tick of everybody who is due, by kind of step.

The baseline writes the finished rows into copies of the same tables with the same indexes, in one statement
and for all at once: what PostgreSQL needs when nobody decides, counts or can be interrupted.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from channels.journeys import entering, services, stepping
from channels.journeys.models import Journey, empty_design
from channels.models import Channel
from channels.services import ensure_sandbox_channels
from channels.standards.models import Calendar, OwnDay
from crm.accounts.policy import Role
from crm.bench import filling
from crm.bench.harness import Baseline, Result, bench, say, throughput, timed

TABLES = ("journeys_run", "journeys_step", "timeline_entry")
ENTERED = (
    "INSERT INTO bench_journeys_run SELECT * FROM journeys_run",
    "INSERT INTO bench_timeline_entry SELECT * FROM timeline_entry WHERE kind = 'journey.entered'",
)
STEPPED = (
    "UPDATE bench_journeys_run SET node = node + 1, steps = steps + 2, due_at = now()",
    "INSERT INTO bench_journeys_step SELECT * FROM journeys_step",
)
HAS_A_CITY = {"match": "all", "rules": [{"fact": "profile.city", "op": "filled"}]}


@bench("journeys", rows=1_000_000)
def journeys(rows: int) -> Iterator[Result]:
    say(f"Filling the base with {rows:,} customers …")
    filling.customers(rows)
    made = _drawn()
    with timed() as watch:
        _until_done(lambda: entering.read(made.pk))
    number = made.runs.count()
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
    bare = Baseline("bare INSERT", number / _bare(ENTERED))
    yield throughput("journeys, let in", number, watch.seconds, "customers/s", bare)
    yield from _ticks(made, number)


def _ticks(made: Journey, number: int) -> Iterator[Result]:
    """Each ends a wait and makes one more step."""
    at, rate = timezone.now() + timedelta(days=2), 0.0
    for name in ("a question", "a message"):
        with timed() as watch:
            moved = _until_done(lambda at=at: stepping.advance(made.pk, at))  # type: ignore[misc]
        rate = rate or moved / _bare(STEPPED)
        bare = Baseline("bare UPDATE and INSERT", rate)
        yield throughput(f"journeys, a wait and {name}", moved, watch.seconds, "steps/s", bare)
        at += timedelta(days=2)


def _drawn() -> Journey:
    """Everybody enters today: it is a day of the company's own."""
    ensure_sandbox_channels()
    by = filling.colleague(Role.MARKETING)
    calendar = Calendar.objects.create(name="Bench", week=[[]] * 7)
    OwnDay.objects.create(calendar=calendar, on=timezone.localdate(), name="Bench")
    channel = Channel.objects.enabled().filter(kind="email").order_by("pk")[0]
    wait = {"kind": "wait", "mode": "for", "number": 1, "unit": "days"}
    ask = {"kind": "condition", "title": "?", "rule": HAS_A_CITY, "branches": {"yes": [], "no": []}}
    text = {"subject": "Hello", "body": "Dear {{ name }}", "purpose": "marketing", "channel": channel.pk}
    kinds: list[dict[str, Any]] = [wait, ask, wait, {"kind": "message", **text}, wait]
    trigger = {"kind": "festival", "festival": "own:Bench", "days_before": 0, "hour": 0}
    nodes = [{"id": place, **one} for place, one in enumerate(kinds, 1)]
    design = empty_design() | {"trigger": trigger, "nodes": nodes, "last": len(nodes)}
    made = Journey.objects.create(name="Bench", created_by=by, design=design)
    services.switch_on(made, by=by)
    return made


def _until_done(work: Callable[[], int]) -> int:
    done = 0
    while more := work():
        done += more
    return done


def _bare(statements: tuple[str, ...]) -> float:
    with timed() as watch, connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)
    return watch.seconds
