"""Channels that do not call us are asked. What they have is stored before the cursor moves on, in one
transaction: whatever dies on the way, it is fetched again, and known again by its key.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from channels import secrets
from channels import services as channels
from channels.connectors import registry
from channels.connectors.arriving import Pulled
from channels.connectors.base import Trouble, reason
from channels.inbound import storing
from channels.inbound.models import Cursor
from channels.models import Channel

logger = logging.getLogger(__name__)

EVERY = timedelta(seconds=20)
LONGEST_WAIT = timedelta(minutes=15)
# A mailbox that was filled for years is emptied in pieces, so that others get their turn.
MOST_TURNS = 5


def due() -> list[int]:
    """The channels that are to be asked now."""
    pulling = [one.key for one in registry.every() if one.caps.pulls]
    asked = Channel.objects.enabled().filter(connector__in=pulling)
    when = Q(cursor=None) | Q(cursor__due_at__lte=timezone.now())
    return list(asked.filter(when).order_by("cursor__due_at").values_list("pk", flat=True))


def hurry(channel: Channel) -> bool:
    """Makes it due now; whether it was not, so that a hundred calls make one fetch. One in trouble is left
    alone for a while."""
    now = timezone.now()
    resting = Cursor.objects.filter(channel=channel, failures=0, due_at__gt=now)
    return bool(resting.update(due_at=now))


def fetch(channel_id: int) -> int:
    """Only one at a time asks a channel. Returns how much was new."""
    new = 0
    for _turn in range(MOST_TURNS):
        found, more = _turn_of(channel_id)
        new += found
        if not more:
            break
    return new


@transaction.atomic
def _turn_of(channel_id: int) -> tuple[int, bool]:
    channel = Channel.objects.enabled().filter(pk=channel_id).first()
    if channel is None:
        return 0, False
    Cursor.objects.get_or_create(channel=channel)
    rows = Cursor.objects.select_for_update(skip_locked=True, no_key=True).filter(channel=channel)
    cursor = rows.filter(due_at__lte=timezone.now()).first()
    if cursor is None:
        return 0, False
    pulled = _pull(channel, cursor)
    new = [storing.insert(channel, record) is not None for record in pulled.records]
    _note(channel, cursor, pulled)
    return sum(new), pulled.more and not pulled.trouble


def _pull(channel: Channel, cursor: Cursor) -> Pulled:
    try:
        connector, secret = channels.connector_of(channel), secrets.unseal(channel.secret)
    except (registry.NoSuchConnector, secrets.Unreadable):
        return Pulled((), cursor.position, trouble=reason(Trouble.SETUP))
    try:
        return connector.pull(cursor.position, channel.config, secret)
    except Exception as error:
        logger.warning("Channel %s could not be asked: %s", channel.pk, type(error).__name__)
        return Pulled((), cursor.position, trouble=reason(Trouble.INTERNAL, type(error).__name__))


def _note(channel: Channel, cursor: Cursor, pulled: Pulled) -> None:
    now = timezone.now()
    cursor.position = dict(pulled.cursor)
    cursor.fetched_at = now
    cursor.failures = cursor.failures + 1 if pulled.trouble else 0
    wait = min(EVERY * 2**cursor.failures, LONGEST_WAIT) if cursor.failures < 10 else LONGEST_WAIT
    cursor.due_at = now if pulled.more and not pulled.trouble else now + wait
    cursor.save()
    if pulled.trouble:
        row = Channel.objects.filter(pk=channel.pk)
        row.update(last_error_at=now, last_error=pulled.trouble[:300])
