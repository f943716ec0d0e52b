"""Customers who speak and colleagues who answer, as tests play them."""

from datetime import datetime
from itertools import count
from typing import Any

from django.db import transaction
from django.utils import timezone

from channels.connectors.arriving import Handle, Incoming, Party
from channels.inbox import receiving, services
from channels.inbox.models import Conversation, Message
from channels.models import Channel
from channels.standards.models import Calendar, Clock, Policy
from crm.accounts.models import User
from customers.models import Customer

_numbers = count(1)
OFFICE = [[540, 1080]]
ALWAYS = [[[0, 1440]]] * 7


def hear(customer: Customer, channel: Channel, text: str = "Hello", **fields: Any) -> Conversation:
    """The customer says something over the channel."""
    number = next(_numbers)
    party = Party((Handle("email", customer.email or f"somebody{number}@example.com"),))
    said = {"at": timezone.now(), **fields}
    incoming = Incoming(f"test:{number}", party=party, text=text, external_id=f"<{number}@test>", **said)
    with transaction.atomic():
        conversation = receiving.open_for(customer, channel, subject=incoming.subject)
        receiving.receive(conversation, incoming, channel)
    return Conversation.objects.get(pk=conversation.pk)


def say(conversation: Conversation, channel: Channel, by: User) -> Message:
    return services.reply(Conversation.objects.get(pk=conversation.pk), channel, "An answer", by=by)


def clock(conversation: Conversation, kind: str) -> Clock:
    """The newest of its kind."""
    return Clock.objects.filter(conversation=conversation, kind=kind).latest("pk")


def age(conversation: Conversation, **back: datetime | None) -> None:
    """Moves what a running clock says to other moments."""
    Clock.objects.running().filter(conversation=conversation).update(**back)


def policy(**fields: Any) -> Policy:
    """One that promises by the clock on the wall, unless it has a calendar."""
    given = {"name": f"Policy {next(_numbers)}", "first_reply": 60, "next_reply": 120, "resolution": 600}
    return Policy.objects.create(**{**given, **fields})


def calendar(**fields: Any) -> Calendar:
    given = {"name": f"Calendar {next(_numbers)}", "week": [OFFICE] * 5 + [[], []]}
    return Calendar.objects.create(**{**given, **fields})
