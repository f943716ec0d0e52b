"""Sends one message: claims it, asks the gate, records the intent, hands it over and records the outcome."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from channels import services as channels
from channels.connectors.base import (
    Accepted,
    CannotRender,
    Content,
    Envelope,
    Idempotency,
    Outcome,
    Payload,
    Rejected,
    Retry,
    Session,
)
from channels.connectors.files import Enclosed
from channels.connectors.registry import NoSuchConnector
from channels.consent import gate, quiet, suppression
from channels.consent.models import Suppression
from channels.direct import costs, hooks, markup, reaching
from channels.direct.models import DirectMessage
from channels.mail import blobs
from channels.models import Channel
from crm.lib.patience import insist
from customers.timeline import services as timeline
from customers.timeline.models import Entry

State = DirectMessage.State

TIMEOUT = 30.0
LEASE = timedelta(seconds=120)
MOST_ATTEMPTS = 6
FIRST_WAIT = 30.0
GAVE_UP, LOST, FILE_GONE, CANCELLED = "gave_up", "lost", "file_gone", "cancelled"
# Entries that tell of such a message carry this source, and the number of its row.
SOURCE = "direct"
# Written on our own pages: the customer reads it there, no provider is asked.
OURS = ("chat",)
# How the timeline calls what goes over a kind of channel.
TIMELINE: dict[str, str] = {
    "email": Entry.Channel.EMAIL,
    "sms": Entry.Channel.SMS,
    "wechat": Entry.Channel.WECHAT,
    "wecom": Entry.Channel.WECHAT,
    "whatsapp": Entry.Channel.WHATSAPP,
    "chat": Entry.Channel.CHAT,
    "form": Entry.Channel.FORM,
    "phone": Entry.Channel.PHONE,
}


@dataclass(frozen=True)
class Parcel:
    """A message whose going is on record."""

    message: DirectMessage
    payload: Payload
    token: str


def send(pk: int) -> None:
    """Runs any number of times at once and sends once."""
    parcel = _claim(pk)
    if parcel is None:
        return
    with channels.open_session(parcel.message.channel) as session:
        outcome = _hand_over(parcel, session)
    channels.note_outcome(parcel.message.channel, outcome)


def send_over(session: Session, pk: int) -> Outcome | None:
    """The same over a line that is open already. None where there was nothing to send."""
    parcel = _claim(pk)
    return _hand_over(parcel, session) if parcel else None


def _hand_over(parcel: Parcel, session: Session) -> Outcome:
    outcome = session.send(parcel.payload, parcel.message.key.hex, TIMEOUT)
    insist(lambda: _settle(parcel, outcome), f"the outcome of message {parcel.message.pk}")
    return outcome


def sweep() -> list[DirectMessage]:
    """Decides about messages whose worker died with them, and names those that wait."""
    held = DirectMessage.objects.filter(state=State.DISPATCHING, lease_until__lt=Now())
    for message in held.select_related("channel"):
        _give_up_waiting(message)
    return list(DirectMessage.objects.due().order_by("due_at").only("channel")[:200])


@transaction.atomic
def _give_up_waiting(message: DirectMessage) -> None:
    again = _recognises_keys(message)
    left = DirectMessage.objects.filter(pk=message.pk, lease_token=message.lease_token)
    left = left.filter(state=State.DISPATCHING)
    fields = {"state": State.READY if again else State.UNKNOWN, "reason": "" if again else LOST}
    if left.update(**fields, lease_until=None) and not again:
        hooks.settled(message)


def verdict_on(message: DirectMessage, now: datetime) -> str:
    """Empty if it may go now, else why not: the gate's reasons first, then those of features above."""
    question = gate.Question(
        message.channel.kind,
        message.purpose,
        now,
        message.to,
        message.is_answer,
        message.asked_at,
        reaching.handle_of(message),
    )
    verdict = gate.verdict_on(message.customer, question)
    if verdict and verdict != gate.Reason.QUIET:
        return verdict
    return hooks.objection(message) or reaching.objection(message, now) or verdict


def lay_down(message: DirectMessage) -> None:
    """A message that customers read on our own pages has arrived as soon as it is written."""
    now = timezone.now()
    _put(message, state=State.ACCEPTED, sent_at=now, address=message.to)
    tell(message)
    hooks.settled(message)


@transaction.atomic
def _claim(pk: int) -> Parcel | None:
    due = DirectMessage.objects.due().filter(pk=pk)
    message = (
        due.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("customer", "channel", "by")
        .first()
    )
    if message is None:
        return None
    gate.hold([message.customer_id])
    now = timezone.now()
    if message.sent_at and not _recognises_keys(message):
        # An earlier try may have arrived, and the provider may no longer know its key.
        _end(message, State.UNKNOWN, LOST)
        return None
    verdict = verdict_on(message, now)
    if verdict == gate.Reason.QUIET:
        _put(message, due_at=_morning(message, now), reason=gate.Reason.QUIET.value)
        return None
    if verdict:
        _end(message, State.UNKNOWN if message.sent_at else State.SKIPPED, verdict)
        return None
    payload = _made(message, now)
    if payload is None:
        return None
    token = uuid4().hex
    _put(
        message,
        state=State.DISPATCHING,
        reason="",
        address=message.address,
        attempts=message.attempts + 1,
        sent_at=message.sent_at or now,
        lease_token=token,
        lease_until=now + LEASE,
        **costs.of(message),
    )
    _go_ahead(message)
    return Parcel(message, payload, token)


def _made(message: DirectMessage, now: datetime) -> Payload | None:
    """None where it cannot be made, which is on record then."""
    message.address = reaching.address_of(message)
    reaching.fit(message, now)
    try:
        return _payload(message, now)
    except (CannotRender, NoSuchConnector, FileNotFoundError) as problem:
        gone = isinstance(problem, FileNotFoundError)
        state = State.UNKNOWN if message.sent_at else State.FAILED
        _end(message, state, FILE_GONE if gone else str(problem)[:200])
        return None


def _go_ahead(message: DirectMessage) -> None:
    """A single message waits for no speed limit: campaigns on this account pay for it."""
    paced = Channel.objects.filter(pk=message.channel_id, per_second__gt=0)
    paced.update(tokens=F("tokens") - 1)


def _morning(message: DirectMessage, now: datetime) -> datetime:
    """When the customer's quiet hours, their own or the usual ones, are over."""
    customer = message.customer
    own: quiet.Hours | None = None
    if customer.quiet_from is not None and customer.quiet_until is not None:
        own = (customer.quiet_from, customer.quiet_until)
    return quiet.reopens_at(message.channel.kind, customer.country, now, own) or now


def _payload(message: DirectMessage, now: datetime) -> Payload:
    config: dict[str, Any] = dict(message.channel.config)
    # People write to people: the sender is the colleague, of the house the channel names.
    house = str(config.get("from_name", ""))
    if message.by is not None:
        config["from_name"] = f"{message.by} · {house}" if house else str(message.by)
    prepared = channels.connector_of(message.channel).prepare(_content(message), config)
    return prepared.render(
        Envelope(
            to=message.address,
            to_name=message.customer.name,
            key=message.key.hex,
            at=now,
            fields=_fields(message),
            reply_to=message.reply_to,
            in_reply_to=message.in_reply_to,
            references=tuple(message.references),
            template=message.template,
            files=tuple(
                Enclosed(one["name"], one["type"], blobs.read(one["digest"])) for one in message.files
            ),
            is_automatic=message.is_automatic,
        )
    )


def _fields(message: DirectMessage) -> dict[str, str]:
    """A provider's template may have blanks that are called like our own."""
    words = {"subject": message.subject, "body": message.body}
    return {**words, **message.fields} if message.template else {**message.fields, **words}


def _content(message: DirectMessage) -> Content:
    """The words are filled in as values: braces in them are just braces."""
    return Content(subject="{{ subject }}", text="{{ body }}", html=markup.html_of(message))


@transaction.atomic
def _settle(parcel: Parcel, outcome: Outcome) -> None:
    """A worker that was taken for dead may come back: what it knows replaces "unknown"."""
    message = parcel.message
    told = _meaning(message, outcome)
    ours = DirectMessage.objects.filter(
        pk=message.pk, lease_token=parcel.token, state__in=[State.DISPATCHING, State.UNKNOWN]
    )
    if not ours.update(lease_until=None, **told):
        return
    if isinstance(outcome, Accepted):
        tell(message)
    elif isinstance(outcome, Rejected) and outcome.permanent:
        suppression.suppress(message.channel.kind, message.address, Suppression.Reason.BOUNCE)
    if told["state"] != State.READY:
        hooks.settled(message)


def tell(message: DirectMessage) -> None:
    """Writes it to the timeline of the customer."""
    kind = message.channel.kind
    timeline.record(
        message.customer,
        "email" if kind == "email" else "message",
        summary=(message.subject or message.body or ", ".join(one["name"] for one in message.files))[:200],
        body=message.body,
        channel=TIMELINE.get(kind, Entry.Channel.SOCIAL),
        direction=Entry.Direction.OUT,
        by=message.by,
        source=SOURCE,
        source_id=str(message.pk),
    )


def _meaning(message: DirectMessage, outcome: Outcome) -> dict[str, Any]:
    """What an outcome makes of the message."""
    # The message is as it was claimed: a moment says that an earlier try may have arrived.
    unsent = {} if message.sent_at else {"sent_at": None}
    if isinstance(outcome, Accepted):
        return {"state": State.ACCEPTED, "reason": "", "provider_id": outcome.provider_id[:200]}
    if isinstance(outcome, Rejected):
        return {"state": State.FAILED, "reason": (outcome.reason or outcome.code)[:200], **unsent}
    wait = timedelta(seconds=FIRST_WAIT * 2**message.attempts)
    if isinstance(outcome, Retry):
        later = timezone.now() + max(wait, timedelta(seconds=outcome.after))
        if message.attempts + 1 >= MOST_ATTEMPTS:
            return {"state": State.FAILED, "reason": f"{GAVE_UP}: {outcome.reason}"[:200], **unsent}
        return {"state": State.READY, "reason": outcome.reason[:200], "due_at": later, **unsent}
    if _recognises_keys(message) and message.attempts + 1 < MOST_ATTEMPTS:
        return {"state": State.READY, "reason": outcome.reason[:200], "due_at": timezone.now() + wait}
    return {"state": State.UNKNOWN, "reason": outcome.reason[:200]}


def _recognises_keys(message: DirectMessage) -> bool:
    """Whether a second try with the same key is safe."""
    caps = channels.caps_of(message.channel)
    first = message.sent_at or timezone.now()
    return caps.idempotency is Idempotency.KEY and timezone.now() - first < caps.key_lifetime / 2


def _end(message: DirectMessage, state: str, reason: str) -> None:
    _put(message, state=state, reason=reason)
    hooks.settled(message)


def _put(message: DirectMessage, **fields: Any) -> None:
    DirectMessage.objects.filter(pk=message.pk).update(**fields)
