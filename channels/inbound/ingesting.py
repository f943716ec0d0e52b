"""Taking in what was stored: each part of an event once, whatever comes twice, late or all at once.

An event is one transaction, each of its parts a savepoint: a part that fails does not keep the others back,
and is tried again alone, because the others are known as taken. What fails again and again is set aside with
its reason and never stands in anybody's way.
"""

import logging
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from django.db import connection, transaction
from django.utils import timezone

from channels import secrets
from channels import services as channels
from channels.connectors.arriving import Happening, Inbound, Incoming, Status
from channels.connectors.registry import NoSuchConnector
from channels.inbound import happenings, marks, statuses
from channels.inbound.keys import short
from channels.inbound.models import Event, Taken
from channels.inbox import media, parties, receiving, threads
from channels.inbox.models import Message
from channels.mail import cleaning
from channels.models import Channel
from crm.lib import locks

logger = logging.getLogger(__name__)
State = Event.State

# How long after each failure it is tried again; after the last it is set aside.
WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 20, 60, 300, 900))
MOST_ATTEMPTS = len(WAITS) + 1
# How soon somebody else takes over from a worker that died; while one lives it holds the row's lock.
LEASE = timedelta(seconds=5)
# How soon what came for a channel that is switched off is looked at again.
REST = timedelta(seconds=60)
MOST_PARTS = 5_000
TAKE = """
    INSERT INTO inbound_taken (channel_id, event_id, dedupe_key, why) VALUES (%s, %s, %s, '')
    ON CONFLICT (channel_id, dedupe_key) DO NOTHING RETURNING id
"""


class Why:
    """Our own reasons, beside those of connectors."""

    EMPTY = "empty"
    KNOWN = "known"
    OURS = "ours"
    NOBODY = "nobody"
    NO_SUCH_MESSAGE = "no_such_message"
    UNREADABLE = "unreadable_secret"
    NO_CONNECTOR = "no_connector"
    CRASHED = "crashed"
    INTERNAL = "internal"


class Later(Exception):
    """It tells of something that is not here yet."""


@dataclass
class Outcome:
    taken: int = 0
    known: int = 0
    messages: list[Message] = field(default_factory=list)
    whys: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    # For these parts trying again is of no use.
    hopeless: list[str] = field(default_factory=list)
    waits: bool = False


def ingest(pk: int) -> None:
    """Runs any number of times at once and takes in once."""
    if _claim(pk):
        _work(pk)


def drain(seconds: float = 4.0) -> int:
    """Takes in what is due, oldest first, for about so long. Returns how many events there were."""
    until, number = time.monotonic() + seconds, 0
    while time.monotonic() < until and (pk := _next()):
        if _claim(pk):
            _work(pk)
            number += 1
    return number


def attempt(event: Event) -> list[Message]:
    """One try, in the caller's transaction, who holds the event. Returns what came of it just now."""
    try:
        with transaction.atomic():
            outcome = _take_in(event)
    except Exception as error:
        outcome = Outcome(failures=[_told(event, error)])
    _settle(event, outcome)
    return outcome.messages


def message_of(event: Event) -> Message | None:
    """The message that came of an event, also when another event had brought it."""
    rows = Taken.objects.filter(event=event, message__isnull=False)
    if found := rows.select_related("message").order_by("pk").first():
        return found.message
    keys = [short(part.dedupe_key) for part in _parts(event)] if event.state == State.IGNORED else []
    known = Taken.objects.filter(channel=event.channel_id, dedupe_key__in=keys, message__isnull=False)
    other = known.select_related("message").order_by("pk").first()
    return other.message if other else None


def _next() -> int | None:
    due = Event.objects.filter(state=State.NEW, due_at__lte=timezone.now())
    rows = due.select_for_update(skip_locked=True, no_key=True).order_by("due_at", "pk")
    with transaction.atomic():
        return rows.values_list("pk", flat=True).first()


@transaction.atomic
def _claim(pk: int) -> bool:
    """Counts the try before it begins: what kills its worker is not tried for ever."""
    now = timezone.now()
    due = Event.objects.filter(pk=pk, state=State.NEW, due_at__lte=now).select_related("channel")
    event = due.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
    if event is None:
        return False
    row = Event.objects.filter(pk=pk)
    if not event.channel.enabled:
        row.update(due_at=now + REST)
        return False
    if event.attempts >= MOST_ATTEMPTS:
        row.update(state=State.PARKED, reason=event.reason or Why.CRASHED, done_at=now)
        return False
    row.update(attempts=event.attempts + 1, due_at=now + LEASE)
    return True


def _wait(attempts: int) -> timedelta:
    return WAITS[min(attempts, len(WAITS)) - 1]


def _work(pk: int) -> None:
    rows = Event.objects.filter(pk=pk, state=State.NEW).select_related("channel__team")
    with transaction.atomic():
        event = rows.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
        if event is None:
            return
        attempt(event)
    _received(event.channel)


def _received(channel: Channel) -> None:
    """Apart from the work, and not each time: everybody's messages would wait for this one row."""
    now = timezone.now()
    lately = Channel.objects.filter(pk=channel.pk, last_received_at__gt=now - timedelta(seconds=5))
    if not lately.exists():
        Channel.objects.filter(pk=channel.pk).update(last_received_at=now)


def _parts(event: Event) -> list[Inbound]:
    channel = event.channel
    connector, secret = channels.connector_of(channel), secrets.unseal(channel.secret)
    return list(islice(connector.parse(bytes(event.raw), channel.config, secret), MOST_PARTS))


def _take_in(event: Event) -> Outcome:
    parts = _parts(event)
    event.marks = marks.of(bytes(event.raw), _handles(parts))
    fresh = _fresh(event, parts)
    outcome = Outcome(known=len(parts) - len(fresh))
    prepared = [(part, _prepare(part)) for part in fresh]
    names = [f"part {event.channel_id} {part.dedupe_key}" for part in fresh]
    people = [part.party for part in fresh if isinstance(part, Incoming | Happening)]
    # All at once and in one order, so that two events never wait for each other.
    locks.hold([*names, *parties.names(people)])
    for part, html in prepared:
        try:
            with transaction.atomic():
                _take_part(event, part, html, outcome)
        except Later:
            outcome.waits = True
        except parties.Nobody:
            outcome.hopeless.append(Why.NOBODY)
        except Exception as error:
            outcome.failures.append(_told(event, error))
    return outcome


def _handles(parts: Sequence[Inbound]) -> set[str]:
    people = (part.party for part in parts if isinstance(part, Incoming | Happening))
    return {handle.value for party in people for handle in party.handles}


def _fresh(event: Event, parts: Sequence[Inbound]) -> list[Inbound]:
    keys = {short(part.dedupe_key) for part in parts}
    taken = Taken.objects.filter(channel=event.channel_id, dedupe_key__in=keys)
    known = set(taken.values_list("dedupe_key", flat=True))
    return [part for part in parts if short(part.dedupe_key) not in known]


def _prepare(part: Inbound) -> str:
    """What takes its time, before anybody has to wait for us. Returns the harmless form of its HTML."""
    if not isinstance(part, Incoming):
        return ""
    media.keep(part.media)
    return (cleaning.clean(part.html) or "") if part.html else ""


def _take_part(event: Event, part: Inbound, html: str, outcome: Outcome) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [event.channel_id, event.pk, short(part.dedupe_key)])
        row = cursor.fetchone()
    if row is None:
        outcome.known += 1
        return
    message, why = _do(event, part, html)
    if message or why:
        Taken.objects.filter(pk=row[0]).update(message=message, why=why[:200])
    if why:
        outcome.whys.append(why)
    else:
        outcome.taken += 1
    if message:
        outcome.messages.append(message)


def _do(event: Event, part: Inbound, html: str) -> tuple[Message | None, str]:
    """The message it became, or why it became nothing."""
    channel = event.channel
    if isinstance(part, Incoming):
        if receiving.is_ours(part, channel):
            return None, Why.OURS
        conversation = threads.place_for(part, channel)
        return receiving.receive(conversation, part, channel, html=html), ""
    if isinstance(part, Happening):
        happenings.take(channel, part)
        return None, ""
    if isinstance(part, Status):
        if statuses.hear(channel, part):
            return None, ""
        # It may have overtaken the answer to our own call.
        if event.attempts < MOST_ATTEMPTS:
            raise Later
        return None, Why.NO_SUCH_MESSAGE
    return None, part.why or Why.EMPTY


def _settle(event: Event, outcome: Outcome) -> None:
    now = timezone.now()
    trouble = next(iter([*outcome.failures, *outcome.hopeless]), "")
    if outcome.waits or (outcome.failures and event.attempts < MOST_ATTEMPTS):
        event.due_at, event.reason = now + _wait(event.attempts), trouble
    elif trouble:
        event.state, event.reason, event.done_at = State.PARKED, trouble, now
    elif outcome.taken or _has_taken(event):
        event.state, event.reason, event.done_at = State.DONE, "", now
    else:
        why = next(iter(outcome.whys), Why.KNOWN if outcome.known else Why.EMPTY)
        event.state, event.reason, event.done_at = State.IGNORED, why, now
    event.reason = event.reason[:300]
    event.save(update_fields=["state", "reason", "due_at", "done_at", "attempts", "marks"])


def _has_taken(event: Event) -> bool:
    return Taken.objects.filter(event=event, why="").exists()


def _told(event: Event, error: Exception) -> str:
    """Where it went wrong goes to the log; the words of an error may name people and do not."""
    if isinstance(error, NoSuchConnector):
        return Why.NO_CONNECTOR
    if isinstance(error, secrets.Unreadable):
        return Why.UNREADABLE
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("Event %s could not be taken in: %s\n%s", event.pk, type(error).__name__, where)
    return f"{Why.INTERNAL}: {type(error).__name__}"
