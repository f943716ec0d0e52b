"""What visitors do: say something, leave an address, read, type, rate."""

import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.chat.visitors import Visitor
from channels.connectors import chat
from channels.inbound import services as inbound
from channels.inbox import hooks
from channels.inbox.hooks import Change, What
from channels.inbox.locking import hold
from channels.inbox.models import Conversation, Message
from channels.live import presence, publishing
from crm.lib.errors import BadInput

RATING = "rating"
Rater = Callable[[Conversation, int, str], object]
_raters: list[Rater] = []


@dataclass(frozen=True)
class Said:
    """One message of a visitor; `number` is its browser's own."""

    number: UUID
    text: str
    page: str = ""
    language: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    files: Sequence["UploadedFile[bytes]"] = ()
    # Only an address for an answer, no question.
    is_contact: bool = False


def on_rated(rater: Rater) -> None:
    """Registers who keeps what conversations were rated with; called in the transaction that notes it."""
    _raters.append(rater)


def say(visitor: Visitor, said: Said) -> None:
    """Takes it in like every message; said twice, it is there once."""
    if len(said.files) > chat.MOST_FILES or sum(one.size or 0 for one in said.files) > chat.MOST_BYTES:
        raise BadInput(_("Too many files, or too large ones."))
    raw = json.dumps(_written(visitor, said)).encode()
    message = inbound.take_now(visitor.channel, raw, f"{visitor.key}/{said.number}")
    if message is not None:
        presence.stops(f"conversation:{message.conversation_id}", presence.VISITOR)


def read(visitor: Visitor, up_to: int) -> None:
    """The visitor has seen our messages so far."""
    unread = visitor.messages().filter(direction=Message.Direction.OUT, pk__lte=up_to, read_at=None)
    seen = list(unread.values_list("pk", "conversation"))
    if not seen:
        return
    now = timezone.now()
    with transaction.atomic():
        Message.objects.filter(pk__in=[pk for pk, _conversation in seen]).update(read_at=now)
        for conversation in {conversation for _pk, conversation in seen}:
            publishing.publish(f"conversation:{conversation}", "delivered", {"message": max(seen)[0]})


def types(visitor: Visitor) -> None:
    if conversation := visitor.conversation():
        presence.types(f"conversation:{conversation.pk}", presence.VISITOR)


@transaction.atomic
def rate(visitor: Visitor, stars: int, words: str) -> bool:
    """How they liked it, once for each closing. False if there is nothing to rate."""
    last = visitor.conversation()
    if last is None:
        return False
    held = hold(last)
    if held.status != Conversation.Status.CLOSED or held.closed_at is None:
        return False
    message, made = Message.objects.get_or_create(
        conversation=held,
        client_token=f"{RATING}:{int(held.closed_at.timestamp())}",
        defaults={
            "direction": Message.Direction.SYSTEM,
            "channel": visitor.channel,
            "kind": RATING,
            "text": words,
            "data": {"stars": stars},
        },
    )
    if made:
        for rater in _raters:
            rater(held, stars, words)
        hooks.tell(Change(held, What.CHANGED, message, data={"field": RATING}))
    return made


def _written(visitor: Visitor, said: Said) -> dict[str, Any]:
    return {
        "visitor": visitor.key,
        "member": visitor.member,
        "id": str(said.number),
        "at": timezone.now().timestamp(),
        "text": said.text,
        "page": said.page,
        "language": said.language,
        "name": said.name,
        "email": said.email,
        "phone": said.phone,
        "contact": said.is_contact,
        "files": [
            {
                "name": one.name or "",
                "type": one.content_type or "",
                "data": b64encode(one.read()).decode(),
            }
            for one in said.files
        ],
    }
