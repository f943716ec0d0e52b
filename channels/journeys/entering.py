"""Lets customers in, in sets. One worker at a time reads on for a journey (channels.journeys.reading)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.utils import timezone

from channels.journeys import books, deciding, plan, reading, triggers
from channels.journeys.books import ENTERED, REACHED, Counts
from channels.journeys.models import Intake, Journey, Version, Watch
from channels.journeys.reading import BATCH
from channels.journeys.triggers import When
from customers.models import Customer
from customers.orders.models import Order
from segments.models import Membership

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
    came, more = reading.on(watch, trigger, at)
    for first in range(0, len(came), BATCH):
        enter(journey, came[first : first + BATCH], at)
    watch.save()
    return number + more


def begin(journey: Journey, version: Version, at: datetime) -> None:
    """From now on; what there is already does not count."""
    trigger = version.design["trigger"]
    happening = triggers.happening(trigger)
    newest = happening.newest() if happening and happening.is_numbered else 0
    floor = max(0, newest - UNSEEN)
    rows = {"since": at, "read_to": floor, "seen_to": floor, "seen_xid": 0, "looked_at": None}
    days = {"read_day": timezone.localdate(at) - timedelta(days=1), "day_cursor": 0}
    rows["orders_to"] = triggers.newest(Order)
    watch, _is_new = Watch.objects.update_or_create(journey=journey, defaults={**rows, **days})
    reading.begin(watch, trigger)


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
