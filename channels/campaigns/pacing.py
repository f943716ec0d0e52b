"""How fast a channel may send, over all workers: a bucket of tokens in its row.

Single messages never wait for it: they take their token on credit, and campaigns wait until it is paid back.
"""

from django.db import connection

from channels.models import Channel

# One moment serves for looking and for writing down: what lies between two would be lost with each question,
# and many workers ask often. Who gets nothing writes nothing.
TAKE = """
    WITH held AS (
        SELECT id, per_second, tokens, refilled_at, clock_timestamp() AS now
        FROM channels_channel WHERE id = %s FOR NO KEY UPDATE),
    bucket AS MATERIALIZED (
        SELECT id, now, least(per_second, tokens + per_second
            * greatest(0, extract(epoch FROM now - refilled_at))) AS level
        FROM held)
    UPDATE channels_channel AS channel
    SET tokens = bucket.level - least(floor(bucket.level), %s), refilled_at = bucket.now
    FROM bucket WHERE channel.id = bucket.id AND bucket.level >= 1
    RETURNING least(floor(bucket.level), %s)
"""


def take(channel: Channel, wanted: int) -> int:
    """How many of `wanted` messages may go now, in the caller's transaction."""
    if not channel.per_second or not wanted:
        return wanted
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [channel.pk, wanted, wanted])
        found = cursor.fetchone()
    return int(found[0]) if found else 0
