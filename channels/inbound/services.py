"""Taking what providers bring: stored under a key of its own before they are answered, taken in afterwards.

A call that comes twice is stored once. What cannot be stored is not acknowledged: the provider comes again.
"""

from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from channels import secrets
from channels import services as channels
from channels.connectors.arriving import Answer, Record, Request
from channels.connectors.base import Trouble, reason
from channels.inbound import fetching, ingesting, storing, tasks
from channels.inbound.keys import short
from channels.inbound.models import Event
from channels.inbox.models import Message
from channels.models import Channel
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused

# Of the parked events of one channel, at most so many begin anew with one click.
MOST_AT_ONCE = 10_000
# Of those who are turned away all day, the channel's card tells so often.
EACH = timedelta(seconds=5)


def take(channel: Channel, request: Request) -> Answer:
    """What every call of a provider comes to. Only what is proven to come from them is stored."""
    connector, secret = channels.connector_of(channel), secrets.unseal(channel.secret)
    answer = connector.handshake(request, channel.config, secret)
    if answer is not None:
        return answer
    if why := connector.verify(request, channel.config, secret):
        _turned_away(channel, why)
        return Answer(401 if why == "unsigned" else 403)
    _store(channel, Record(connector.key_of(request, channel.config, secret), request.raw))
    # Some only say that there is something, and wait for us to come.
    if connector.caps.pulls and fetching.hurry(channel):
        tasks.fetch_one.delay(channel.pk)
    return connector.ack(request, channel.config, secret)


@transaction.atomic
def take_now(channel: Channel, raw: bytes, key: str) -> Message | None:
    """Stores and takes in at once, in one transaction: for what our own pages bring. The same again gives
    the same message; None when it waits, because the channel is off or something went wrong."""
    storing.insert(channel, Record(key, raw))
    rows = Event.objects.select_for_update(of=("self",), no_key=True)
    event = rows.get(channel=channel, dedupe_key=short(key))
    event.channel = channel
    if event.state == Event.State.NEW and channel.enabled:
        event.attempts += 1
        if messages := ingesting.attempt(event):
            return messages[0]
    return ingesting.message_of(event)


@transaction.atomic
def replay(event: Event, *, by: User) -> None:
    """A parked event is tried again from the beginning."""
    if not _revive(Event.objects.filter(pk=event.pk)):
        raise Refused(_("This event is not set aside any more."))
    audit.record("event.replayed", event.channel, by=by, event=event.pk)


@transaction.atomic
def replay_all(channel: Channel, *, by: User) -> int:
    """All parked events of the channel, the oldest first; how many there were."""
    parked = Event.objects.filter(channel=channel, state=Event.State.PARKED).order_by("pk")
    number = _revive(Event.objects.filter(pk__in=list(parked.values_list("pk", flat=True)[:MOST_AT_ONCE])))
    if number:
        audit.record("event.replayed", channel, by=by, number=number)
    return number


@transaction.atomic
def _store(channel: Channel, record: Record) -> None:
    new = storing.insert(channel, record)
    if new is not None:
        transaction.on_commit(partial(tasks.ingest.delay, new))


def _revive(events: QuerySet[Event]) -> int:
    number = events.filter(state=Event.State.PARKED).update(
        state=Event.State.NEW, reason="", attempts=0, due_at=timezone.now(), done_at=None
    )
    if number:
        transaction.on_commit(tasks.drain.delay)
    return number


def _turned_away(channel: Channel, why: str) -> None:
    """Counted on the channel's health, though not for each knock of somebody who knocks all day."""
    now = timezone.now()
    lately = Q(last_error_at__gt=now - EACH)
    Channel.objects.filter(pk=channel.pk).exclude(lately).update(
        last_error_at=now, last_error=reason(Trouble.UNSIGNED, why)[:300]
    )
