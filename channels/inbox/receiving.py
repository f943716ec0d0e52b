"""Taking a message into a conversation: which one it belongs to, and what it changes there.

Whoever calls these holds no lock on a conversation yet: the customer's row is locked first, then the
conversation's, so that ten pictures that arrive at once open one conversation.
"""

import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from channels.connectors.arriving import Direction, Incoming
from channels.connectors.marks import key_in
from channels.inbox import hooks, media
from channels.inbox.hooks import Change, What
from channels.inbox.models import Conversation, ConversationQuerySet, Message, Reference
from channels.models import Channel
from customers.models import Customer
from customers.timeline import services as timeline
from customers.timeline.models import Entry

Status, Reason = Conversation.Status, Conversation.Reason
# What its timeline entries call their source; their source_id is the message's primary key.
SOURCE = "inbox"
REOPENS_FOR = timedelta(days=7)
LONGEST_TEXT, LONGEST_ON_TIMELINE = 200_000, 2_000
LARGEST_DATA = 20_000
MOST_REFERENCES = 50
# A conversation closed for these reasons is over: what comes next begins anew.
FINAL = (Reason.SPAM, Reason.DUPLICATE)
CHANNELS = {"wecom": Entry.Channel.WECHAT, "pos": Entry.Channel.STORE, "webhook": Entry.Channel.WEB}
HAN, LETTERS = re.compile(r"[\u3400-\u9fff]"), re.compile(r"[A-Za-z]{2}")


@transaction.atomic(savepoint=False)
def open_for(
    customer: Customer,
    channel: Channel | None,
    *,
    subject: str = "",
    at: datetime | None = None,
    language: str = "",
) -> Conversation:
    """The customer's open main conversation, locked. One that was closed a moment ago is opened again; a new
    one begins only where there is neither."""
    hold(customer)
    return open_of(customer, channel, subject=subject, at=at, language=language)


def open_of(
    customer: Customer, channel: Channel | None, *, subject: str, at: datetime | None, language: str
) -> Conversation:
    """The same for a caller who holds the customer already."""
    mains = _locked().filter(customer=customer, is_main=True)
    if found := mains.open().first():
        found.customer = customer
        return found
    lately = mains.filter(closed_at__gt=timezone.now() - REOPENS_FOR).exclude(closed_because__in=FINAL)
    if closed := lately.filter(merged_into=None).order_by("-closed_at", "-pk").first():
        reopen(closed)
        return closed
    return begin(customer, channel, subject=subject, at=at, language=language)


def begin(
    customer: Customer,
    channel: Channel | None,
    *,
    subject: str = "",
    at: datetime | None = None,
    language: str = "",
    **fields: Any,
) -> Conversation:
    """A conversation of its own, in the caller's transaction, who holds the customer."""
    moment = past(at)
    conversation = Conversation.objects.create(
        customer=customer,
        channel=channel,
        kind=channel.kind if channel else "",
        team=channel.team if channel else None,
        subject=plain(subject)[:300],
        language=language or customer.language,
        opened_at=moment,
        last_at=moment,
        **fields,
    )
    if conversation.status != Status.CLOSED:
        hooks.tell(Change(conversation, What.OPENED))
    return conversation


def reopen(conversation: Conversation) -> None:
    """Because the customer spoke again. One that only ever held automatic mail opens for the first time."""
    begins = conversation.last_in_at is None and conversation.first_reply_at is None
    conversation.status = Status.OPEN
    conversation.closed_at, conversation.closed_because = None, ""
    conversation.reopened += not begins
    conversation.save(update_fields=["status", "closed_at", "closed_because", "reopened"])
    hooks.tell(Change(conversation, What.OPENED if begins else What.REOPENED))


@transaction.atomic(savepoint=False)
def receive(
    conversation: Conversation, incoming: Incoming, channel: Channel, *, html: str = ""
) -> Message | None:
    """Adds a message to a locked conversation; `html` is its cleaned form. None if it is one of ours that we
    know already."""
    if is_ours(incoming, channel):
        return None
    message = _write(conversation, incoming, channel, html)
    refer(message, [incoming.external_id, *incoming.follows])
    media.attach(message, incoming.media)
    _tell(conversation, message, channel)
    if incoming.is_automatic:
        hooks.tell(Change(conversation, What.RECEIVED, message))
    elif incoming.direction is Direction.OUT:
        _answered(conversation, message)
    else:
        _heard(conversation, message, channel, incoming)
    return message


def refer(message: Message, ids: Iterable[str]) -> None:
    """Remembers the ids that a message carries or answers, so that what belongs to them finds it."""
    digests = {digest_of(one) for one in list(ids)[: MOST_REFERENCES + 1] if one}
    Reference.objects.bulk_create(
        [Reference(message=message, digest=digest) for digest in sorted(digests)], ignore_conflicts=True
    )


def digest_of(message_id: str) -> int:
    bare = message_id.strip().strip("<>").encode("utf-8", "replace")
    return int.from_bytes(sha256(bare).digest()[:8], "big", signed=True)


def hold(customer: Customer) -> None:
    """Whoever else takes in something of this customer waits until we are done."""
    rows = Customer.objects.select_for_update(of=("self",), no_key=True).filter(pk=customer.pk)
    rows.order_by().values_list("pk", flat=True).first()


def entry_channel(kind: str) -> str:
    """What the timeline calls a kind of channel."""
    return kind if kind in Entry.Channel.values else CHANNELS.get(kind, Entry.Channel.WEB).value


def plain(text: str) -> str:
    """Text the database can hold."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def past(at: datetime | None) -> datetime:
    """Clocks of others go wrong; nothing happens in the future."""
    now = timezone.now()
    return min(at, now) if at else now


def language_of(incoming: Incoming) -> str:
    """In which of our languages it is written, as far as its script says."""
    said = incoming.party.about.get("language", "")
    if said in dict(settings.LANGUAGES):
        return said
    text = f"{incoming.subject} {incoming.text}"[:2000]
    guess = "zh-hans" if HAN.search(text) else "en" if LETTERS.search(text) else ""
    return guess if guess in dict(settings.LANGUAGES) else ""


def _locked() -> ConversationQuerySet:
    return Conversation.objects.select_for_update(of=("self",), no_key=True)


def is_ours(incoming: Incoming, channel: Channel) -> bool:
    """Whether what seems sent from elsewhere is only the echo of what we sent from here."""
    if incoming.direction is not Direction.OUT or not incoming.external_id:
        return False
    if key_in(incoming.external_id):
        return True
    same = Message.objects.filter(channel=channel, external_id=plain(incoming.external_id)[:255])
    return same.filter(direction=Message.Direction.OUT).exists()


def _write(conversation: Conversation, incoming: Incoming, channel: Channel, html: str) -> Message:
    external_id = plain(incoming.external_id)[:255]
    data = _json(incoming.data)
    twin = Message.objects.filter(channel=channel, external_id=external_id) if external_id else None
    if twin is not None and (known := twin.values_list("pk", flat=True).first()):
        # Some programs give two mails one id. Both are kept, and the second says so.
        external_id, data = "", {**data, "same_id_as": known}
    handles = incoming.party.handles
    is_out = incoming.direction is Direction.OUT
    return Message.objects.create(
        conversation=conversation,
        direction=Message.Direction.OUT if is_out else Message.Direction.IN,
        channel=channel,
        address=plain(handles[0].value)[:254] if handles else "",
        subject=plain(incoming.subject)[:300],
        text=plain(incoming.text)[:LONGEST_TEXT],
        html=plain(html),
        at=past(incoming.at),
        external_id=external_id,
        is_automatic=incoming.is_automatic,
        data=data,
    )


def _json(data: Any) -> dict[str, Any]:
    try:
        text = json.dumps(dict(data), default=str, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return {}
    if len(text) > LARGEST_DATA:
        return {}
    # Escaped, neither may stand in a JSON column.
    found: dict[str, Any] = json.loads(re.sub(r"\\u(?:0000|d[89a-f][0-9a-f]{2})", "?", text))
    return found


def _tell(conversation: Conversation, message: Message, channel: Channel) -> None:
    is_in = message.direction == Message.Direction.IN
    timeline.record(
        conversation.customer,
        "email" if channel.kind == "email" else "message",
        summary=(message.subject or " ".join(message.text[:1000].split()))[:300],
        body=message.text[:LONGEST_ON_TIMELINE],
        channel=entry_channel(channel.kind),
        direction=Entry.Direction.IN if is_in else Entry.Direction.OUT,
        at=message.at,
        source=SOURCE,
        source_id=str(message.pk),
        conversation=conversation.pk,
    )


def _heard(conversation: Conversation, message: Message, channel: Channel, incoming: Incoming) -> None:
    """The customer spoke: whoever put it aside sees it again, and the waiting begins."""
    woke = conversation.status == Status.SNOOZED
    conversation.status, conversation.snoozed_until = Status.OPEN, None
    conversation.channel, conversation.kind = channel, channel.kind
    conversation.waiting_since = conversation.waiting_since or message.at
    conversation.last_in_at = max(conversation.last_in_at or message.at, message.at)
    conversation.subject = conversation.subject or message.subject
    conversation.language = conversation.language or language_of(incoming)
    _latest(conversation, message)
    conversation.save()
    if woke:
        hooks.tell(Change(conversation, What.WOKEN))
    hooks.tell(Change(conversation, What.RECEIVED, message))


def _answered(conversation: Conversation, message: Message) -> None:
    """We spoke, though not from here: from a telephone, another program."""
    if conversation.status in (Status.OPEN, Status.SNOOZED):
        conversation.status, conversation.snoozed_until = Status.PENDING, None
    conversation.waiting_since = None
    conversation.first_reply_at = conversation.first_reply_at or message.at
    _latest(conversation, message)
    conversation.save()
    hooks.tell(Change(conversation, What.REPLIED, message))


def _latest(conversation: Conversation, message: Message) -> None:
    if message.at >= conversation.last_at or not conversation.preview:
        conversation.preview = (" ".join(message.text[:1000].split()) or message.subject)[:200]
    conversation.last_at = max(conversation.last_at, message.at)
