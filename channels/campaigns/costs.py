"""What messages cost: before a launch by what would go over each channel, afterwards by what did.

Money is in the company's currency. What a provider took is paid for; of what nobody knows, perhaps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from channels.campaigns import audience, texts, ways
from channels.campaigns.audience import Reach
from channels.campaigns.carrying import ShortMailing
from channels.campaigns.message import Recipient
from channels.campaigns.models import Campaign, Way, WayOutcome
from channels.connectors.base import CannotRender
from channels.consent.gate import Reason
from channels.models import Channel
from crm.accounts.models import User
from customers.models import Customer

# Texts differ in length by what is filled in; so many of their readers tell how long they are on average.
SAMPLE = 50


@dataclass(frozen=True)
class Estimate:
    """One channel: to how many people, how many messages that is, and what they cost."""

    way: Way
    people: int
    parts: float
    cost: Decimal

    @property
    def messages(self) -> int:
        return round(self.people * self.parts)

    @property
    def money(self) -> Decimal:
        return self.cost * self.messages


def estimates(campaign: Campaign, reach: Reach, *, by: User) -> list[Estimate]:
    """Empty where nothing costs anything and there is but one channel."""
    if not reach.ways:
        way = ways.of(campaign)[0]
        cost = ways.cost_of(way)
        return [Estimate(way, reach.reachable, 1.0, cost)] if cost else []
    return [
        Estimate(one.way, one.chosen, _parts(campaign, one.way, by), ways.cost_of(one.way))
        for one in reach.ways
    ]


def _parts(campaign: Campaign, way: Way, by: User) -> float:
    """As how many messages a text counts on average."""
    if way.channel.kind != "sms":
        return 1.0
    message = ShortMailing(campaign, way, texts.all_addresses(campaign)).for_arm(1)
    counted = []
    for person in audience.people_of(_readers(campaign, way, by)).values():
        try:
            counted.append(message.parts_for(Recipient(person, "", UUID(int=0))))
        except CannotRender:
            continue
    return sum(counted) / len(counted) if counted else 1.0


def _readers(campaign: Campaign, way: Way, by: User) -> list[Customer]:
    """Some of those it reaches, now or in their morning."""
    awake, asleep = (
        audience.some(campaign, verdict, SAMPLE, by=by, place=way.place) for verdict in ("", Reason.QUIET)
    )
    return [*awake, *asleep][:SAMPLE]


@dataclass(frozen=True)
class Row:
    """What came of one channel."""

    channel: Channel
    found: WayOutcome

    @property
    def left_over(self) -> Decimal:
        return self.found.revenue - self.found.cost


def rows_of(campaign: Campaign) -> list[Row]:
    """One for each channel that was counted."""
    known = {way.place: way.channel for way in ways.of(campaign)}
    found = campaign.way_outcomes.order_by("way")
    return [Row(known[one.way], one) for one in found if one.way in known]


def total(outcomes: Sequence[WayOutcome]) -> Decimal:
    return sum((one.cost for one in outcomes), Decimal(0))
