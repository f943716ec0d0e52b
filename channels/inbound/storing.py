"""The rows in which everything that arrives is kept, exactly as it came."""

from django.db import connection
from django.utils import timezone

from channels.connectors.arriving import Record
from channels.inbound.keys import short
from channels.models import Channel

INSERT = """
    INSERT INTO inbound_event (channel_id, dedupe_key, raw, received_at, state, reason, attempts, due_at)
    VALUES (%s, %s, %s, %s, 'new', '', 0, %s)
    ON CONFLICT (channel_id, dedupe_key) DO NOTHING RETURNING id
"""


def insert(channel: Channel, record: Record) -> int | None:
    """The key of the new row; None for what came before."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [channel.pk, short(record.dedupe_key), record.raw, now, now])
        row = cursor.fetchone()
    return int(row[0]) if row else None
