"""Channels, campaigns and deliveries for tests: required fields only."""

from itertools import count
from typing import Any

from channels.campaigns.models import Campaign, Delivery
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
