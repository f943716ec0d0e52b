"""Lets customers in. One worker at a time reads on for a journey; a row that is read twice lets nobody in
twice, because the run's entry key names the row.

Numbers of rows are given before their transactions end, so a higher number may be seen before a lower one.
`read_to` therefore only moves to where nobody can still write: up to the last row that was seen before every
transaction now running began.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.utils import timezone

from channels.journeys import books, deciding, plan, triggers
from channels.journeys.books import ENTERED, REACHED, Counts
from channels.journeys.models import Intake, Journey, Version, Watch
from channels.journeys.triggers import When
from customers.models import Customer
from segments.models import Membership

BATCH = 5000
# Birthdays of days on which nothing ran are made good for so long.
LATEST = timedelta(days=3)
# Transactions that run right now may have taken numbers that are not yet seen: reading begins so far back.
UNSEEN = 10_000

ENTER = """
    INSERT INTO journeys_run (journey_id, version_id, customer_id, entry_key, entered_at, node, due_at, steps,
                              state, reason)
    SELECT %s, %s, came.who, came.key, %s, %s, %s, 0, 'active', ''
    FROM unnest(%s::bigint[], %s::text[]) WITH ORDINALITY AS came(who, key, place)
    WHERE came.who IN ({visible})
      AND NOT EXISTS (SELECT FROM journeys_run AS other
                      WHERE other.journey_id = %s AND other.customer_id = came.who
                        AND (NOT %s OR other.state = 'active'))
    ORDER BY came.place
    ON CONFLICT DO NOTHING RETURNING id, customer_id
"""
SNAPSHOT = (
    "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s"
)


@transaction.atomic
def read(journey_id: int, at: datetime | None = None) -> int:
    """Lets in who is to enter now, at most a batch. Answers how many rows it read."""
    if not books.hold(journey_id, Journey.Status.ON):
        return 0
    watch = Watch.objects.select_for_update(skip_locked=True).filter(journey=journey_id).first()
    if watch is None:
        return 0
    journey = Journey.objects.select_related("version", "switched_on_by").get(pk=journey_id)
    at = at or books.clock()
    trigger = journey.version.design["trigger"] if journey.version else {"kind": When.MANUAL}
    number = _put_in(journey, at)
    if trigger["kind"] == When.BIRTHDAY:
        number += _read_birthdays(journey, watch, trigger, at)
    elif happening := triggers.happening(trigger):
        number += _read_rows(journey, watch, happening, triggers.prefix(trigger), at)
    watch.save()
    return number


def begin(journey: Journey, version: Version, at: datetime) -> None:
    """From now on; what there is already does not count."""
    trigger = version.design["trigger"]
    happening = triggers.happening(trigger)
    newest = happening.newest() if happening else 0
    floor = max(0, newest - UNSEEN)
    fields = {"since": at, "read_to": floor, "seen_to": floor, "seen_xid": 0}
    yesterday = timezone.localdate(at) - timedelta(days=1)
    Watch.objects.update_or_create(journey=journey, defaults={**fields, "read_day": yesterday})


def enter(journey: Journey, came: Sequence[tuple[int, str]], at: datetime) -> int:
    """Lets in pairs of customer and entry key, as far as they may; answers how many."""
    version, by = journey.version, journey.switched_on_by
    if not came or version is None or by is None:
        return 0
    drawn = plan.read(version.design)
    try:
        visible, values = Customer.objects.visible_to(by).order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return 0
    due = deciding.arrival(drawn, drawn.first, at)
    who, keys = zip(*came, strict=True)
    head: list[Any] = [journey.pk, version.pk, at, drawn.first, due, list(who), list(keys)]
    with connection.cursor() as cursor:
        cursor.execute(
            ENTER.format(visible=visible), [*head, *values, journey.pk, bool(version.design.get("again"))]
        )
        entered = cursor.fetchall()
    counts = Counts(
        {(version.pk, 0, ENTERED): len(entered), (version.pk, drawn.first, REACHED): len(entered)}
    )
    books.count(counts)
    books.tell([(customer, run) for run, customer in entered], "journey.entered", journey.name, at)
    return len(entered)


def _read_rows(
    journey: Journey, watch: Watch, happening: triggers.Happening, prefix: str, at: datetime
) -> int:
    newest = happening.newest()
    xmin, xmax = _snapshot()
    rows = happening.named().filter(pk__gt=watch.read_to, pk__lte=newest, moment__gte=watch.since)
    found = list(rows.order_by("pk")[:BATCH])
    enter(journey, [(row["who"], f"{prefix}{row['number']}") for row in found], at)
    settled = watch.seen_to if watch.seen_xid <= xmin else watch.read_to
    if watch.seen_xid <= xmin:
        watch.seen_to, watch.seen_xid = newest, xmax
    last = found[-1]["number"] if len(found) == BATCH else settled
    watch.read_to = max(watch.read_to, min(last, settled))
    return len(found) if len(found) == BATCH and last <= settled else 0


def _read_birthdays(journey: Journey, watch: Watch, trigger: Mapping[str, Any], at: datetime) -> int:
    today = timezone.localdate(at)
    first = max(watch.read_day or today, today - LATEST) + timedelta(days=1)
    number = 0
    for offset in range((today - first).days + 1):
        day = first + timedelta(days=offset)
        if triggers.hour_of(trigger, day) > at:
            break
        occasion = triggers.occasion(trigger, day)
        born = Customer.objects.present().filter(triggers.born_on([occasion], trigger.get("leap", "before")))
        who = list(born.order_by("pk").values_list("pk", flat=True))
        enter(journey, [(one, f"birthday:{occasion.year}") for one in who], at)
        watch.read_day, number = day, number + len(who)
    return number


def _put_in(journey: Journey, at: datetime) -> int:
    """The next batch of those whom somebody put in by hand."""
    intake = Intake.objects.filter(journey=journey, done_at=None).order_by("pk").first()
    if intake is None:
        return 0
    members = Membership.objects.filter(segment=intake.segment_id, customer__gt=intake.cursor)
    who = list(members.order_by("customer").values_list("customer", flat=True)[:BATCH])
    intake.entered += enter(journey, [(one, f"manual:{intake.pk}") for one in who], at)
    if who:
        intake.cursor = who[-1]
    else:
        intake.done_at = at
    intake.save()
    return len(who) or 1


def _snapshot() -> tuple[int, int]:
    """The oldest transaction that still runs, and the first that has not begun."""
    with connection.cursor() as cursor:
        cursor.execute(SNAPSHOT)
        xmin, xmax = cursor.fetchone()
        return xmin, xmax
