"""The rows in which everything that arrives is kept, exactly as it came, for a while."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from channels.connectors.arriving import Record
from channels.inbound import marks
from channels.inbound.keys import short
from channels.inbound.models import Event
from channels.models import Channel

BATCH = 1_000
INSERT = """
    INSERT INTO inbound_event
        (channel_id, dedupe_key, raw, marks, received_at, state, reason, attempts, due_at)
    VALUES (%s, %s, %s, %s::bigint[], %s, 'new', '', 0, %s)
    ON CONFLICT (channel_id, dedupe_key) DO NOTHING RETURNING id
"""


def insert(channel: Channel, record: Record) -> int | None:
    """The key of the new row; None for what came before."""
    now = timezone.now()
    with connection.cursor() as cursor:
        found = marks.of(record.raw)
        cursor.execute(INSERT, [channel.pk, short(record.dedupe_key), record.raw, found, now, now])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def forget_old(most: int = 100_000) -> int:
    """Empties the raw form of what was taken in long ago. Its key stays, so that it never counts twice; what
    is set aside stays until somebody has looked at it."""
    before, number = timezone.now() - timedelta(days=settings.INBOUND_KEEP_DAYS), 0
    ended = Event.objects.filter(state__in=[Event.State.DONE, Event.State.IGNORED])
    old = ended.filter(received_at__lt=before).exclude(raw=b"")
    while number < most:
        pks = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not pks:
            break
        number += Event.objects.filter(pk__in=pks).update(raw=b"", marks=[])
    return number


def mark_old(most: int = 2_000) -> int:
    """Reads what came before marks were kept. Until then an erasure reads it itself."""
    rows = list(Event.objects.filter(marks=None).order_by("pk").only("raw")[:most])
    for row in rows:
        row.marks = marks.of(bytes(row.raw))
    Event.objects.bulk_update(rows, ["marks"], batch_size=200)
    return len(rows)
