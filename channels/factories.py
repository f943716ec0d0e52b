"""Channels, campaigns and deliveries for tests: required fields only."""

from itertools import count
from typing import Any

from channels.campaigns.models import Campaign, Delivery
from channels.inbox.models import Conversation, Message
from channels.models import Channel
from crm.accounts import factories as people
from customers.models import Customer
from segments.models import Segment

_numbers = count(1)


def channel(**fields: Any) -> Channel:
    defaults = {
        "connector": "sandbox_smtp",
        "kind": "email",
        "name": f"Channel {next(_numbers)}",
        "config": {"from_address": "news@example.com"},
    }
    return Channel.objects.create(**{**defaults, **fields})


def campaign(**fields: Any) -> Campaign:
    number = next(_numbers)
    if "created_by" not in fields:
        fields["created_by"] = people.user()
    if "channel" not in fields:
        fields["channel"] = channel()
    if "segment" not in fields:
        fields["segment"] = Segment.objects.create(name=f"Segment {number}", created_by=fields["created_by"])
    defaults = {"name": f"Campaign {number}", "subject": "News", "body": "Dear {{ name }}"}
    return Campaign.objects.create(**{**defaults, **fields})


def delivery(of: Campaign, to: Customer, **fields: Any) -> Delivery:
    return Delivery.objects.create(campaign=of, customer=to, **fields)


def conversation(customer: Customer, **fields: Any) -> Conversation:
    if "channel" not in fields:
        fields["channel"] = Channel.objects.filter(kind="email").first() or channel()
    return Conversation.objects.create(customer=customer, kind=fields["channel"].kind, **fields)


def message(of: Conversation, **fields: Any) -> Message:
    """What the customer said."""
    defaults = {"direction": "in", "channel": of.channel, "text": "Where is my parcel?"}
    said = Message.objects.create(conversation=of, **{**defaults, **fields})
    if said.direction == Message.Direction.IN:
        Conversation.objects.filter(pk=of.pk).update(
            last_in_at=said.at, last_at=said.at, waiting_since=said.at, preview=said.text[:200]
        )
        of.refresh_from_db()
    return said
