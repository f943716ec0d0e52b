"""What customers do that is no message: a call, a purchase, following us. It stands on their timeline.

Features that know more about a kind, or a family of kinds, take it over in `AppConfig.ready()`:

    happenings.register("order", take_order)

Several may: all are called, in the transaction that takes the event in. None of them writing an entry is
their own decision.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from channels.connectors.arriving import Direction, Happening
from channels.inbox import parties
from channels.inbox.receiving import entry_channel, past, plain
from channels.models import Channel
from customers.models import Customer
from customers.timeline import services as timeline
from customers.timeline.models import Entry

Take = Callable[[Channel, Customer, Happening], None]

_takers: dict[str, list[Take]] = {}
# Kinds that only we tell: what others say must not look like our own books.
OURS = frozenset({"customer", "order", "consent", "campaign", "task", "merge", "privacy", "message", "email"})
OTHER = "event"


def register(kind: str, take: Take) -> None:
    _takers.setdefault(kind, []).append(take)


def take(channel: Channel, happening: Happening) -> None:
    """The customer is found or made, then everybody who knows the kind is told."""
    met = parties.meet(happening.party, channel)
    family = happening.kind.partition(".")[0]
    takers = _takers.get(happening.kind) or _takers.get(family)
    for one in takers or (tell,):
        one(channel, met.customer, happening)


def tell(channel: Channel, customer: Customer, happening: Happening) -> None:
    """One entry, once."""
    kind = plain(happening.kind)[:40]
    timeline.record(
        customer,
        OTHER if not kind or kind.partition(".")[0] in OURS else kind,
        summary=plain(happening.summary)[:300],
        body=plain(happening.text)[:2_000],
        channel=entry_channel(channel.kind),
        direction=Entry.Direction.IN if happening.direction is Direction.IN else Entry.Direction.OUT,
        at=past(happening.at),
        source=f"event:{channel.pk}",
        source_id=_short(happening.dedupe_key),
        **_named(happening.data),
    )


def _short(key: str) -> str:
    text = plain(key)
    return text if text and len(text) <= 120 else sha256(text.encode()).hexdigest()


def _named(data: Mapping[str, Any]) -> dict[str, Any]:
    """What is left once it cannot be taken for something of ours."""
    taken = {"summary", "channel", "direction", "body", "by", "at", "source", "source_id", "customer", "kind"}
    return {name: value for name, value in data.items() if name not in taken}
