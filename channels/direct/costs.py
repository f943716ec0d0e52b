"""What single messages cost. Money is in the company's currency; what a provider took is paid for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from channels import sms
from channels.direct.models import DirectMessage

LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Spent:
    """`messages` are those of the provider: a long text counts as several."""

    messages: int = 0
    cost: Decimal = Decimal(0)


def of(message: DirectMessage) -> dict[str, Any]:
    """What is written into its row when it is handed over: later prices do not change what it has cost."""
    parts = parts_of(message)
    return {"parts": parts, "cost": message.channel.cost * parts}


def parts_of(message: DirectMessage) -> int:
    """As how many messages its provider counts it."""
    is_text = message.channel.kind == "sms" and not message.template
    return sms.length(message.body).parts if is_text else 1


def lately(channels: Collection[int]) -> Mapping[int, Spent]:
    """By channel, where its messages have cost something."""
    rows = DirectMessage.objects.filter(
        channel__in=channels,
        state=DirectMessage.State.ACCEPTED,
        cost__gt=0,
        sent_at__gt=timezone.now() - LATELY,
    )
    sums = rows.values_list("channel").annotate(Sum("parts"), Sum("cost"))
    return {channel: Spent(messages, cost) for channel, messages, cost in sums}
