"""Who writes in a chat: somebody whose browser keeps a signed token, known by a key without meaning."""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self
from uuid import UUID, uuid4, uuid5

from django.core import signing
from django.db.models import Q, QuerySet

from channels import secrets
from channels.connectors.chat import VISITOR
from channels.direct.models import DirectMessage
from channels.inbox.models import Conversation, Message
from channels.models import Channel
from customers.identity import stating

SALT = "channels.chat.visitor"
YEAR = 365 * 24 * 3600
# Whoever signs in on a website is one visitor on all their devices.
MEMBERS = UUID("6f0b9a9e-5a0c-4d4f-9f4a-1d2f3c7b8e10")
LONGEST_NUMBER = 100


@dataclass(frozen=True)
class Visitor:
    """One visitor of one channel. `member` is the customer's number that the website vouched for."""

    channel: Channel
    key: str
    member: str = ""

    @classmethod
    def new(cls, channel: Channel) -> Self:
        return cls(channel, str(uuid4()))

    @classmethod
    def read(cls, channel: Channel, token: str) -> Self | None:
        """None for whatever this channel did not sign."""
        try:
            said = signing.loads(token, salt=f"{SALT}.{channel.pk}", max_age=YEAR)
        except signing.BadSignature:
            return None
        return cls(channel, said["key"], said["member"]) if VISITOR.fullmatch(said["key"]) else None

    @classmethod
    def signed_in(cls, channel: Channel, number: str, signature: str) -> Self | None:
        """The customer whose number the website signed with the secret we share."""
        key = secrets.unseal(channel.secret).get("key", "") if channel.secret else ""
        if not key or not number or len(number) > LONGEST_NUMBER:
            return None
        right = hmac.new(key.encode(), number.encode(), sha256).hexdigest()
        if not hmac.compare_digest(right.encode(), signature.lower().encode(errors="replace")):
            return None
        return cls(channel, str(uuid5(MEMBERS, f"{channel.token}/{number}")), number)

    @property
    def token(self) -> str:
        said = {"key": self.key, "member": self.member}
        return signing.dumps(said, salt=f"{SALT}.{self.channel.pk}", compress=True)

    @property
    def topic(self) -> str:
        return topic_of(self.key)

    def messages(self) -> QuerySet[Message]:
        """What was said between this visitor and us, here: nothing of what the customer said elsewhere,
        nothing that has not left yet, no notes."""
        customer = stating.holder_of("visitor", "", self.key)
        if customer is None:
            return Message.objects.none()
        heard = Q(direction=Message.Direction.IN)
        said = Q(direction=Message.Direction.OUT, failed="") & (
            Q(delivery=None) | Q(delivery__state=DirectMessage.State.ACCEPTED)
        )
        mine = Message.objects.filter(conversation__customer=customer)
        return mine.filter(heard | said, channel=self.channel, address=self.key)

    def conversation(self) -> Conversation | None:
        """The one in which this visitor spoke last."""
        last = self.messages().select_related("conversation").order_by("-pk").first()
        return last.conversation if last else None


def topic_of(key: str) -> str:
    return f"chat:{key}"


def shown(said: QuerySet[Message], names: bool) -> list[dict[str, Any]]:
    """As the widget draws them."""
    rows = said.select_related("author").prefetch_related("enclosures")
    return [_shown(one, names) for one in rows]


def _shown(message: Message, names: bool) -> dict[str, Any]:
    is_theirs = message.direction == Message.Direction.IN
    author = str(message.author) if names and message.author and not is_theirs else ""
    return {
        "id": message.pk,
        "client": str(message.data.get("id", "")) if is_theirs else "",
        "mine": is_theirs,
        "name": author,
        "text": message.text,
        "at": int(message.at.timestamp()),
        "files": [
            {"id": one.pk, "name": one.name, "size": one.size}
            for one in message.enclosures.all()
            if one.state == one.State.KEPT
        ],
    }
