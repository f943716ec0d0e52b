"""Reads on for a journey: who is to enter next, and how far it has come.

Numbers of rows are given before their transactions end, so a higher number may be seen before a lower one.
`read_to` therefore only moves to where nobody can still write: up to the last row that was seen before every
transaction now running began. What has no such numbers is looked up by its moment, some days back each time;
what is no happening but a state, such as a risk, is compared with what was true before. Reading something
twice lets nobody in twice, because the run's entry key names it.
"""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Min
from django.utils import timezone

from channels.journeys import occasions, triggers
from channels.journeys.models import Watch
from channels.journeys.triggers import DAILY, Happening, Trigger, When

BATCH = 5000
# Days on which nothing ran are made good for so long, and late rows without numbers are found.
LATEST = timedelta(days=3)
# How often states, and happenings without numbers, are looked at.
PAUSE = timedelta(minutes=5)
# Who was above the risk is so only until it falls this much below: a risk that flickers is not news.
SLACK = 5

Came = list[tuple[int, str]]
SNAPSHOT = (
    "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s"
)
RISEN = """
    INSERT INTO journeys_above (journey_id, customer_id)
    SELECT %s, customer_id FROM predicting_prediction WHERE lapse_risk >= %s
    ON CONFLICT DO NOTHING RETURNING customer_id
"""
FALLEN = """
    DELETE FROM journeys_above AS above WHERE journey_id = %s AND NOT EXISTS (
        SELECT FROM predicting_prediction AS now
        WHERE now.customer_id = above.customer_id AND now.lapse_risk >= %s)
"""


def on(watch: Watch, trigger: Trigger, at: datetime) -> tuple[Came, int]:
    """Who comes next, and whether (how much) there is more to read at once."""
    if trigger["kind"] in DAILY:
        return _days(watch, trigger, at)
    happening = triggers.happening(trigger)
    if happening and happening.is_numbered:
        return _rows(watch, happening, triggers.prefix(trigger), at)
    if watch.looked_at and watch.looked_at > at - PAUSE:
        return [], 0
    watch.looked_at = at
    if happening:
        return _moments(watch, happening, triggers.prefix(trigger), at), 0
    return (_risen(watch, trigger, at), 0) if trigger["kind"] == When.RISK else ([], 0)


def begin(watch: Watch, trigger: Trigger) -> None:
    """Who is above the risk already does not rise above it."""
    if trigger["kind"] == When.RISK:
        _compare(watch.pk, trigger["percent"])


def _rows(watch: Watch, happening: Happening, prefix: str, at: datetime) -> tuple[Came, int]:
    newest = happening.newest()
    xmin, xmax = _snapshot()
    rows = happening.named().filter(pk__gt=watch.read_to, pk__lte=newest, moment__gte=watch.since)
    if happening.ripens:
        rows = rows.filter(moment__lte=at - happening.ripens)
    found = list(rows.order_by("pk")[:BATCH])
    settled = watch.seen_to if watch.seen_xid <= xmin else watch.read_to
    if watch.seen_xid <= xmin:
        watch.seen_to, watch.seen_xid = newest, xmax
    last = found[-1]["number"] if len(found) == BATCH else settled
    watch.read_to = max(watch.read_to, min(last, settled, _before_unripe(watch, happening, at)))
    came = [(row["who"], f"{prefix}{row['number']}") for row in found]
    return came, len(found) if len(found) == BATCH and last <= settled else 0


def _before_unripe(watch: Watch, happening: Happening, at: datetime) -> int:
    """The last row that need not be read again. What is told to happen in future holds nobody up."""
    if happening.touches is None:
        return watch.seen_to
    young = {f"{happening.at}__gt": at - happening.ripens, f"{happening.at}__lte": at}
    first = happening.touches.filter(pk__gt=watch.read_to, **young).aggregate(first=Min("pk"))["first"]
    return first - 1 if first else watch.seen_to


def _moments(watch: Watch, happening: Happening, prefix: str, at: datetime) -> Came:
    rows = happening.named().filter(moment__gte=max(watch.since, at - LATEST), moment__lte=at)
    return [(row["who"], f"{prefix}{row['number']}") for row in rows.order_by("moment", "number")]


def _days(watch: Watch, trigger: Trigger, at: datetime) -> tuple[Came, int]:
    """A batch of those whose day it is, day by day."""
    today = timezone.localdate(at)
    day = max(watch.read_day or today, today - LATEST) + timedelta(days=1)
    if day > today or occasions.hour_of(trigger, day) > at:
        return [], 0
    came = occasions.of(trigger, day).came(watch.day_cursor, BATCH)
    if len(came) == BATCH:
        watch.day_cursor = came[-1][0]
    else:
        watch.read_day, watch.day_cursor = day, 0
    return came, len(came) or int(day < today)


def _risen(watch: Watch, trigger: Trigger, at: datetime) -> Came:
    return [(who, f"risk:{at:%Y%m%d%H%M%S}") for who in _compare(watch.pk, trigger["percent"])]


def _compare(journey: int, percent: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(FALLEN, [journey, percent - SLACK])
        cursor.execute(RISEN, [journey, percent])
        return sorted(who for (who,) in cursor.fetchall())


def _snapshot() -> tuple[int, int]:
    """The oldest transaction that still runs, and the first that has not begun."""
    with connection.cursor() as cursor:
        cursor.execute(SNAPSHOT)
        xmin, xmax = cursor.fetchone()
        return xmin, xmax
