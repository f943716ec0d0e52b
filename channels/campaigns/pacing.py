"""How fast a channel may send, over all workers: a bucket of tokens in its row.

Single messages never wait for it: they take their token on credit, and campaigns wait until it is paid back.
"""

from django.db import connection

from channels.models import Channel

TAKE = """
    WITH bucket AS (
        SELECT id, least(per_second, tokens + per_second
            * greatest(0, extract(epoch FROM clock_timestamp() - refilled_at))) AS level
        FROM channels_channel WHERE id = %s FOR NO KEY UPDATE)
    UPDATE channels_channel AS channel
    SET tokens = bucket.level - greatest(0, least(floor(bucket.level), %s)), refilled_at = clock_timestamp()
    FROM bucket WHERE channel.id = bucket.id
    RETURNING greatest(0, least(floor(bucket.level), %s))
"""


def take(channel: Channel, wanted: int) -> int:
    """How many of `wanted` messages may go now, in the caller's transaction."""
    if not channel.per_second or not wanted:
        return wanted
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [channel.pk, wanted, wanted])
        (taken,) = cursor.fetchone()
    return int(taken)
