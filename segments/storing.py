"""Writes who came and who went, and nothing about those who stayed."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from segments import bits as sets
from segments import reading
from segments.bits import Bits, Ids
from segments.facts import zone
from segments.models import Segment
from segments.worth import Worth

STORED = "SELECT customer_id FROM segments_membership WHERE segment_id = %s"
LEAVE = """
    WITH gone AS (
        DELETE FROM segments_membership
        WHERE segment_id = %(segment)s AND customer_id = ANY(%(ids)s::bigint[])
        RETURNING customer_id, entered_at)
    INSERT INTO segments_crossing (segment_id, customer_id, entered_at, left_at)
    SELECT %(segment)s, customer_id, least(entered_at, %(at)s), %(at)s FROM gone
"""
# A merge may have brought somebody in the meantime.
ENTER = """
    INSERT INTO segments_membership (segment_id, customer_id, entered_at)
    SELECT %(segment)s, customer, %(at)s FROM unnest(%(ids)s::bigint[]) AS customer
    ON CONFLICT DO NOTHING
"""
ENTER_AND_TELL = f"""
    WITH came AS ({ENTER} RETURNING customer_id)
    INSERT INTO segments_crossing (segment_id, customer_id, entered_at)
    SELECT %(segment)s, customer_id, %(at)s FROM came
"""
DAY = """
    INSERT INTO segments_dayofsegment AS known (segment_id, day, size, money, entered, "left")
    VALUES (%(segment)s, %(day)s, %(size)s, %(money)s, %(entered)s, %(left)s)
    ON CONFLICT (segment_id, day) DO UPDATE SET size = excluded.size, money = excluded.money,
        entered = known.entered + excluded.entered, "left" = known."left" + excluded."left"
"""
COPY = """
    INSERT INTO segments_pick (segment_id, customer_id, added_by_id, added_at)
    SELECT %(segment)s, customer_id, %(by)s, now() FROM segments_membership WHERE segment_id = %(of)s
    ON CONFLICT DO NOTHING
"""


class _Edited(Exception):
    """The rule was changed while its members were looked for."""


def store(segment: Segment, members: Bits, worth: Worth, as_of: datetime) -> int | None:
    """Makes `members` those of the segment. Returns how many came and went; None if it was edited since."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # Whoever deletes the segment waits for us, whoever edits it does not.
            cursor.execute("SELECT FROM segments_segment WHERE id = %s FOR KEY SHARE", [segment.pk])
            entered, left = _difference(segment, members, worth)
            write(cursor, segment, entered, left, as_of)
            _tell(cursor, segment, worth.summary(members), (len(entered), len(left)), as_of)
            return len(entered) + len(left)
    except _Edited:
        return None


def write(cursor: CursorWrapper, segment: Segment, entered: Ids, left: Ids, at: datetime) -> None:
    values: dict[str, Any] = {"segment": segment.pk, "at": at}
    if len(left):
        cursor.execute(LEAVE, values | {"ids": sets.literal(left)})
    if len(entered):
        sql = ENTER if segment.refreshed_at is None else ENTER_AND_TELL
        cursor.execute(sql, values | {"ids": sets.literal(entered)})


def keep_day(cursor: CursorWrapper, segment: int, at: datetime, **figures: Any) -> None:
    day = at.astimezone(zone()).date()
    cursor.execute(DAY, {"segment": segment, "day": day, **figures})


def stored(segment_id: int) -> Ids:
    return reading.ids(STORED, [segment_id])


def copy_members(segment: Segment) -> None:
    """Puts in by hand whoever is in the segment of which this one is a copy."""
    if segment.copies_id is None:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        values = {"segment": segment.pk, "of": segment.copies_id, "by": segment.created_by_id}
        cursor.execute(COPY, values)
        Segment.objects.filter(pk=segment.pk).update(copies=None)


def _difference(segment: Segment, members: Bits, worth: Worth) -> tuple[Ids, Ids]:
    before = stored(segment.pk)
    known = worth.space.of(before)
    # Who is no customer any more is in no space.
    gone = before[~worth.space.places(before)[1]]
    left = np.concatenate([worth.space.members(known & ~members), gone])
    return worth.space.members(members & ~known), left


def _tell(
    cursor: CursorWrapper, segment: Segment, summary: dict[str, Any], moved: tuple[int, int], as_of: datetime
) -> None:
    first_time = segment.refreshed_at is None
    entered, left = (0, 0) if first_time else moved
    size = sum(many for many, _money in summary["groups"].values())
    unchanged = Segment.objects.filter(pk=segment.pk, updated_at=segment.updated_at)
    counted = unchanged.update(
        size=size,
        summary={**summary, "entered": entered, "left": left},
        refreshed_at=as_of,
        lease_until=None,
        error="",
    )
    if not counted:
        raise _Edited
    money = Decimal(summary["money"])
    keep_day(cursor, segment.pk, as_of, size=size, money=money, entered=entered, left=left)
