"""How much arrives on each channel, for its card: counted up to a limit, because only the size matters."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

MOST = 1_000
COUNT = """
    SELECT channel.id,
        (SELECT count(*) FROM (
            SELECT received_at FROM inbound_event WHERE channel_id = channel.id
            ORDER BY id DESC LIMIT %(limit)s
        ) AS latest WHERE received_at > now() - interval '1 day'),
        (SELECT count(*) FROM (
            SELECT 1 FROM inbound_event WHERE channel_id = channel.id AND state = 'new' LIMIT %(limit)s
        ) AS waiting),
        (SELECT count(*) FROM (
            SELECT 1 FROM inbound_event WHERE channel_id = channel.id AND state = 'parked' LIMIT %(limit)s
        ) AS parked),
        (SELECT received_at FROM inbound_event WHERE channel_id = channel.id AND state = 'new'
            ORDER BY id LIMIT 1)
    FROM unnest(%(channels)s::bigint[]) AS channel (id)
"""


@dataclass(frozen=True)
class Arrivals:
    lately: int = 0
    waiting: int = 0
    parked: int = 0
    # Since when the oldest one waits.
    since: datetime | None = None

    @property
    def lately_text(self) -> str:
        return capped(self.lately)

    @property
    def waiting_text(self) -> str:
        return capped(self.waiting)

    @property
    def parked_text(self) -> str:
        return capped(self.parked)


def capped(number: int) -> str:
    return f"{MOST:,}+" if number > MOST else f"{number:,}"


def arrivals(channels: Collection[int]) -> dict[int, Arrivals]:
    """One question for all channels of a page."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"channels": list(channels), "limit": MOST + 1})
        return {pk: Arrivals(*row) for pk, *row in cursor.fetchall()}
