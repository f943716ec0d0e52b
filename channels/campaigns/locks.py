"""Stopping a campaign against sending it: who records an intent to send shares a lock, who stops owns it.

So a pause comes wholly before an intent or wholly after it. PostgreSQL queues the two fairly; with row locks
a stream of senders would starve the one who wants to stop them.
"""

from django.db import connection

from channels.campaigns.models import Campaign

NAMESPACE = 0x63616D70
SIZE = 2**31 - 1


def share(campaign: Campaign) -> None:
    """Until this transaction ends nobody stops the campaign; ask next whether somebody had."""
    _lock("pg_advisory_xact_lock_shared", campaign)


def own(campaign: Campaign) -> None:
    """Waits until no intent to send is half-way recorded, and lets none begin until this transaction ends."""
    _lock("pg_advisory_xact_lock", campaign)


def _lock(function: str, campaign: Campaign) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [NAMESPACE, campaign.pk % SIZE])
