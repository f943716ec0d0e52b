"""Takes a batch of due deliveries, asks the gate about each and records the intent to send what may go."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from channels.campaigns import books, locks, pacing, recommended
from channels.campaigns.books import Plan, Waiting
from channels.campaigns.message import Mailing, Message, Recipient
from channels.campaigns.models import Campaign, Delivery
from channels.campaigns.placeholders import RECOMMENDED, Person
from channels.connectors.base import CannotRender, Payload
from channels.consent import gate, quiet

# The columns of Person, in its order.
PERSON = ("name", "kind", "gender", "company", "city", "language", "rollup__last_order_at")


@dataclass(frozen=True)
class Parcel:
    """A message that is ready to go, and whose going is on record."""

    delivery: Waiting
    address: str
    payload: Payload
    subject: str


@dataclass(frozen=True)
class Batch:
    """What one transaction took. `token` proves later that the parcels are still ours."""

    token: str
    parcels: Sequence[Parcel]
    due_at: datetime
    # The channel's speed limit let nothing through.
    is_held_up: bool
    # By this machine's steady clock, which goes on while the process is stopped.
    recorded_at: float


@dataclass(frozen=True)
class Judged:
    """A customer as the gate sees them now."""

    verdict: str
    country: str
    quiet_from: int | None
    quiet_until: int | None
    address: str
    person: Person

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> Self:
        """From what `judge_for` asks, after the customer's number."""
        _customer, verdict, country, quiet_from, quiet_until, address, *person = row
        return cls(verdict, country, quiet_from, quiet_until, address, Person(*person))

    @property
    def own_hours(self) -> quiet.Hours | None:
        if self.quiet_from is None or self.quiet_until is None:
            return None
        return self.quiet_from, self.quiet_until


@transaction.atomic
def claim(mailing: Mailing, judge: gate.Judge, number: int, since: datetime) -> Batch | None:
    """A batch whose intent is on record once this returns; None if nothing is due or the campaign stands."""
    campaign = mailing.campaign
    locks.share(campaign)
    waiting = books.take(campaign, number, since)
    if not waiting:
        return None
    customers = [one.customer for one in waiting]
    gate.hold(customers)
    known = {row[0]: Judged.from_row(row) for row in judge.ask(customers)}
    if mailing.asks_for(RECOMMENDED):
        known = _with_recommendations(known)
    now = timezone.now()
    decided = [_decide(one, known.get(one.customer), mailing.for_arm(one.arm), now) for one in waiting]
    parcels = [made for made in decided if isinstance(made, Parcel)]
    plans = [made for made in decided if isinstance(made, Plan)]
    going = parcels[: pacing.take(campaign.channel, len(parcels))]
    token = uuid4().hex
    intents = (Plan(one.delivery.pk, Delivery.State.DISPATCHING, address=one.address) for one in going)
    books.record_plans(campaign, token, [*plans, *intents])
    is_held_up = bool(parcels) and not going
    return Batch(token, going, waiting[-1].due_at, is_held_up, recorded_at=time.monotonic())


def _with_recommendations(known: dict[int, Judged]) -> dict[int, Judged]:
    names = recommended.names([pk for pk, one in known.items() if not one.verdict])
    return {
        pk: replace(one, person=replace(one.person, recommended=names.get(pk, ())))
        for pk, one in known.items()
    }


def judge_for(campaign: Campaign) -> gate.Judge:
    """Asks the gate what this campaign needs to know about its customers."""
    question = gate.Question(campaign.channel.kind, campaign.purpose, timezone.now())
    hours = ("quiet_from", "quiet_until")
    return gate.Judge(question, "country", *hours, question.address or "email", *PERSON)


def _decide(delivery: Waiting, found: Judged | None, message: Message, now: datetime) -> Plan | Parcel:
    # Whoever may have got an earlier try was not left out, whatever is against another one.
    ended = Delivery.State.UNKNOWN if delivery.sent_at else Delivery.State.SKIPPED
    if found is None:
        return Plan(delivery.pk, ended, gate.Reason.GONE)
    if found.verdict == gate.Reason.QUIET:
        morning = quiet.reopens_at(message.campaign.channel.kind, found.country, now, found.own_hours)
        return Plan(delivery.pk, Delivery.State.READY, gate.Reason.QUIET, due_at=morning)
    if found.verdict:
        return Plan(delivery.pk, ended, found.verdict)
    if delivery.sent_at and delivery.sent_at < now - message.key_lifetime + books.MARGIN:
        # An earlier try may have arrived, and soon the provider no longer knows its key.
        return Plan(delivery.pk, Delivery.State.UNKNOWN, books.LOST)
    try:
        payload = message.payload(Recipient(found.person, found.address, delivery.key), now)
    except CannotRender as problem:
        return Plan(delivery.pk, ended, problem.code)
    return Parcel(delivery, found.address, payload, message.subject_for(found.person))
