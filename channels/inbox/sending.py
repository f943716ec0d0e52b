"""How an answer leaves a conversation, and what the conversation learns of it afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from channels.consent.models import Purpose
from channels.direct import services as direct
from channels.direct.models import DirectMessage
from channels.direct.sending import CANCELLED, OURS
from channels.inbox import hooks, reaching, receiving
from channels.inbox.enclosing import Kept, enclose, parcels
from channels.inbox.hooks import Change, What
from channels.inbox.locking import hold
from channels.inbox.models import Conversation, Message
from channels.models import Channel
from crm.accounts.models import User
from crm.lib.errors import Refused

Status, Direction = Conversation.Status, Message.Direction
State = DirectMessage.State
# Who wrote so lately is awake.
AWAKE = timedelta(hours=1)
# What an answer changes in its conversation, and taking it back puts back.
CHANGED = ("status", "waiting_since", "first_reply_at", "snoozed_until", "last_at", "preview", "assignee_id")


@dataclass(frozen=True)
class Words:
    """What is said: free text, or a template of the provider with its blanks."""

    text: str
    subject: str = ""
    files: tuple[Kept, ...] = ()
    template: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    purpose: str = Purpose.SERVICE.value


def send(held: Conversation, channel: Channel, said: Words, *, by: User, client_token: str = "") -> Message:
    """In the caller's transaction, who holds the conversation. Raises Refused for what may not go."""
    way = reaching.way(held, channel)
    parts = _apart(said) if way.connector.caps.file_kinds else [said]
    reaching.check(way, template=said.template, files=said.files, parts=len(parts))
    first, *others = parts
    message = _say(held, way, first, by=by, client_token=client_token)
    for number, one in enumerate(others, 1):
        _say(held, way, one, by=by, later=timedelta(seconds=number), goes_with=message)
    return message


def _apart(said: Words) -> list[Words]:
    """The words, and then each file by itself, where a provider knows no messages with both."""
    words = [replace(said, files=())] if said.text.strip() or said.template else []
    return words + [Words("", files=(one,), purpose=said.purpose) for one in said.files]


def _say(
    held: Conversation,
    way: reaching.Way,
    said: Words,
    *,
    by: User,
    client_token: str = "",
    later: timedelta = timedelta(),
    goes_with: Message | None = None,
) -> Message:
    """One message, as its provider counts them."""
    delivery = _written(held, way, said, by, later)
    message = Message.objects.create(
        conversation=held,
        direction=Direction.OUT,
        channel=way.channel,
        author=by,
        address=way.to,
        subject=delivery.subject,
        text=delivery.body,
        client_token=client_token,
        delivery=delivery,
        data={"before": _snapshot(held)} | _marks(said, goes_with),
    )
    enclose(message, said.files)
    _answered(held, message, by, names=", ".join(one.name for one in said.files))
    hooks.tell(Change(held, What.REPLIED, message, by))
    return message


def _written(held: Conversation, way: reaching.Way, said: Words, by: User, later: timedelta) -> DirectMessage:
    is_ours = way.channel.kind in OURS
    return direct.write(
        held.customer,
        way.channel,
        purpose=said.purpose,
        subject=said.subject or reaching.subject_of(held, way.channel),
        body=reaching.worded(way, said.template, said.fields) if said.template else said.text,
        by=by,
        thread=reaching.thread(held, way, is_answer=_is_awake(held)),
        template=said.template,
        fields=dict(said.fields),
        files=parcels(said.files),
        wait=timedelta() if is_ours else direct.SECOND_THOUGHTS + later,
    )


def _marks(said: Words, goes_with: Message | None) -> dict[str, Any]:
    marks = {"template": said.template, "with": goes_with.pk if goes_with else 0}
    return {name: value for name, value in marks.items() if value}


@transaction.atomic
def withdraw(message: Message, *, by: User) -> Message:
    """Takes back an answer that has not left yet, with the files that go after it. Its words are returned,
    for whoever wants to go on."""
    held = hold(message.conversation)
    rows = held.messages.filter(pk__gt=message.pk, data__with=message.pk).select_related("delivery")
    for one in [*rows.order_by("-pk"), message]:
        _take_back(held, one, by)
    return message


def _take_back(held: Conversation, message: Message, by: User) -> None:
    if message.delivery is None:
        raise Refused(_("This message is already on its way."))
    direct.cancel(message.delivery, by=by)
    _put_back(held, message)
    hooks.tell(Change(held, What.WITHDRAWN, message, by))
    # It was never said.
    Message.objects.filter(pk=message.pk).delete()


@transaction.atomic
def send_again(message: Message, *, by: User) -> None:
    """Somebody decided that an answer which failed, or of which nobody knows, goes once more."""
    held = hold(message.conversation)
    current = Message.objects.select_for_update(of=("self",)).select_related("delivery").get(pk=message.pk)
    if current.delivery is None or current.delivery_id != message.delivery_id:
        raise Refused(_("This message does not need to be sent again."))
    current.delivery = direct.send_again(current.delivery, by=by)
    current.failed, current.delivered_at = "", None
    current.save(update_fields=["delivery", "failed", "delivered_at"])
    if held.status == Status.OPEN:
        held.status, held.waiting_since = Status.PENDING, None
        held.save(update_fields=["status", "waiting_since"])
    hooks.tell(Change(held, What.REPLIED, current, by, {"again": True}))


def settled(delivery: DirectMessage) -> None:
    """What became of a single message. Registered with channels.direct."""
    message = Message.objects.filter(delivery=delivery).select_related("conversation__customer").first()
    if message is None or delivery.reason == CANCELLED:
        return
    held = hold(message.conversation)
    if delivery.state == State.ACCEPTED:
        message.failed, message.external_id = "", _external_id(message, delivery)
    elif delivery.state in (State.FAILED, State.SKIPPED):
        message.failed = (delivery.reason or delivery.state)[:200]
        _needs_somebody(held, message)
    message.address = delivery.address or message.address
    message.save(update_fields=["failed", "external_id", "address"])
    hooks.tell(Change(held, What.DELIVERED, message, None, {"state": delivery.state}))


def closed_window(delivery: DirectMessage) -> str:
    """A rule of channels.direct: asked again at the moment of sending."""
    if delivery._state.adding or delivery.template:
        return ""
    message = Message.objects.filter(delivery=delivery).select_related("conversation__customer").first()
    if message is None:
        return ""
    return reaching.window_verdict(message.conversation, delivery.channel, but=message.pk)


def _external_id(message: Message, delivery: DirectMessage) -> str:
    """The provider's name of it, by which statuses and answers find it; unless another one has it."""
    name = delivery.provider_id[:255]
    if not name:
        return message.external_id
    receiving.refer(message, [name])
    taken = Message.objects.filter(channel=message.channel, external_id=name).exclude(pk=message.pk)
    return "" if taken.exists() else name


def _answered(held: Conversation, message: Message, by: User, *, names: str) -> None:
    if held.status == Status.CLOSED:
        others = Conversation.objects.open().filter(customer=held.customer_id, is_main=True)
        held.is_main = held.is_main and not others.exclude(pk=held.pk).exists()
        held.closed_at, held.closed_because = None, ""
    held.status, held.snoozed_until = Status.PENDING, None
    held.waiting_since = None
    held.first_reply_at = held.first_reply_at or message.at
    held.last_at = max(held.last_at, message.at)
    held.preview = (" ".join(message.text[:1000].split()) or names)[:200]
    held.subject = held.subject or message.subject
    if held.channel is None:
        held.channel = message.channel
        held.kind = message.channel.kind if message.channel else ""
    if held.assignee_id is None:
        held.assignee, held.assigned_because = by, "answered"
    held.save()


def _snapshot(held: Conversation) -> dict[str, Any]:
    values = {name: getattr(held, name) for name in CHANGED}
    return {name: one.isoformat() if isinstance(one, datetime) else one for name, one in values.items()}


def _put_back(held: Conversation, message: Message) -> None:
    """As it was before the answer, unless something happened since."""
    spoken = [Direction.IN, Direction.OUT]
    if held.messages.filter(pk__gt=message.pk, direction__in=spoken).exists():
        return
    for name, value in message.data.get("before", {}).items():
        is_moment = isinstance(value, str) and name not in ("status", "preview")
        setattr(held, name, parse_datetime(value) if is_moment else value)
    if held.status == Status.CLOSED:
        held.status = Status.OPEN
    held.save()


def _needs_somebody(held: Conversation, message: Message) -> None:
    """The customer did not get the answer, so it is our turn again."""
    before = message.data.get("before", {}).get("waiting_since")
    if held.status == Status.PENDING:
        held.status = Status.OPEN
    if held.waiting_since is None and held.status == Status.OPEN:
        held.waiting_since = parse_datetime(before) if before else None
    held.save(update_fields=["status", "waiting_since"])


def _is_awake(held: Conversation) -> bool:
    return held.last_in_at is not None and timezone.now() - held.last_in_at < AWAKE
