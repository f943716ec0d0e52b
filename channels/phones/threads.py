"""What a played customer sees on each of their channels: what they said, and what reached them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from channels.models import Channel
from channels.phones.personas import Persona
from channels.phones.playing import MAIL, ON_PAGES, is_played
from channels.sandbox.models import SandboxMessage, SandboxMessageQuerySet
from channels.sandbox.reading import letter

SHOWN = 30
MOST_SAID = 200
# The places on the page, in this order; of several accounts of a kind, each has its own.
ORDER = ("wechat", "whatsapp", "sms", "email", "phone", "store", "web", "chat")
TALKS, CALLS, BUYS, PAGES = "talks", "calls", "buys", "pages"
WAYS = {"phone_cti": CALLS, "pos": BUYS, "chat": PAGES, "webform": PAGES}


@dataclass(frozen=True)
class Bubble:
    text: str
    at: datetime
    is_mine: bool
    subject: str = ""


@dataclass(frozen=True)
class Phone:
    """One channel in the hands of the customer."""

    channel: Channel
    address: str
    way: str
    bubbles: Sequence[Bubble]

    @property
    def alone(self) -> "list[Phone]":
        """For the part that shows threads."""
        return [self]

    @property
    def has_subject(self) -> bool:
        return self.channel.connector == MAIL


def phones(
    channels: Sequence[Channel], persona: Persona, said: Sequence[Any], arrived: SandboxMessageQuerySet
) -> list[Phone]:
    played = [one for one in channels if is_played(one)]
    played.sort(key=lambda one: (ORDER.index(one.kind) if one.kind in ORDER else len(ORDER), one.pk))
    return [_phone(one, persona, said, arrived) for one in played]


def note(said: list[Any], channel: Channel, text: str) -> list[Any]:
    """Remembers one's own words, for one's own page."""
    return [*said, [channel.pk, text, timezone.now().isoformat()]][-MOST_SAID:]


def _phone(channel: Channel, persona: Persona, said: Sequence[Any], arrived: SandboxMessageQuerySet) -> Phone:
    address = persona.address(channel) if channel.connector not in ON_PAGES else ""
    mine = [
        Bubble(text, parse_datetime(at) or timezone.now(), is_mine=True)
        for pk, text, at in said
        if pk == channel.pk
    ]
    bubbles = sorted([*mine, *_reached(channel, address, arrived)], key=lambda one: one.at)
    return Phone(channel, address, WAYS.get(channel.connector, TALKS), bubbles[-SHOWN:])


def _reached(channel: Channel, address: str, arrived: SandboxMessageQuerySet) -> list[Bubble]:
    if not address or channel.connector in WAYS:
        return []
    protocol = "smtp" if channel.connector == MAIL else channel.connector
    rows = arrived.filter(protocol=protocol, recipient__in=[address, address.lower()]).order_by("-pk")[:SHOWN]
    return [_bubble(one) for one in rows]


def _bubble(message: SandboxMessage) -> Bubble:
    read = letter(bytes(message.raw), message.protocol)
    return Bubble(read.text.strip()[:2000], message.received_at, is_mine=False, subject=message.subject)
