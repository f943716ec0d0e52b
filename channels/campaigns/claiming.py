"""Takes a batch of due deliveries, asks the gate about each and records the intent to send what may go."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from channels import services as channels
from channels.campaigns import (
    audience,
    belonging,
    books,
    choosing,
    coupons,
    locks,
    pacing,
    recommended,
    waybills,
    ways,
)
from channels.campaigns.books import Plan, Waiting
from channels.campaigns.carrying import ShortMailing
from channels.campaigns.message import MISSING, Mailing, Message, Recipient
from channels.campaigns.models import Campaign, Delivery
from channels.campaigns.placeholders import COUPON, NAMING_PRODUCTS, Person
from channels.campaigns.texts import ShortMessage, TemplateMessage
from channels.connectors.base import CannotRender, Idempotency, Payload
from channels.consent import gate, quiet

# How many are claimed at a time: first, and once a line has shown that it is quick.
FIRST, MOST = 20, 200
NO_COUPON = f"{MISSING}{books.FAMILY}{COUPON}"
# The columns of Person, in its order.
PERSON = (
    *("name", "kind", "gender", "company", "city", "language"),
    *("rollup__last_order_at", "rollup__orders", "rollup__total"),
)


@dataclass(frozen=True)
class Parcel:
    """A message that is ready to go, and whose going is on record."""

    delivery: Waiting
    address: str
    payload: Payload
    subject: str
    # Why this channel, where there are several, and as how many messages its provider counts the text.
    why: str | None = None
    parts: int | None = None


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
    # How many of it may be under way at a time.
    stretch: int

    @property
    def has_waybill(self) -> bool:
        return len(self.parcels) > self.stretch

    def begun_at(self, place: int) -> list[int]:
        """The deliveries of the stretch that begins there."""
        return [parcel.delivery.pk for parcel in self.parcels[place : place + self.stretch]]


@dataclass(frozen=True)
class Judged:
    """A customer as the gate sees them now."""

    verdict: str
    country: str
    quiet_from: int | None
    quiet_until: int | None
    address: str
    person: Person
    # The place of the channel that was chosen; 0 where none was, None where there is only one.
    way: int | None = None
    why: str = ""
    is_open: bool = True
    # The same by place, for a message that may not change its channel any more.
    verdicts: Sequence[str] = ()
    addresses: Sequence[str] = ()
    opens: Sequence[bool] = ()

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> Self:
        """From what `judge_for` asks, after the customer's number."""
        _customer, verdict, country, quiet_from, quiet_until, address, *person = row
        return cls(verdict, country, quiet_from, quiet_until, address, Person(*person))

    @classmethod
    def from_choice(cls, row: Sequence[Any]) -> Self:
        """From what `choosing.Judge` answers."""
        _customer, verdicts, opens, addresses, way, why, verdict, country, begin, end, *person = row
        known = cls(verdict, country, begin, end, "", Person(*person), way, why, True, verdicts)
        return replace(known, addresses=addresses, opens=opens)

    def over(self, place: int, *, is_fixed: bool) -> Self:
        """As one channel sees them; with `is_fixed` it is asked about that one, whatever was chosen."""
        if self.way is None:
            return self
        at = place - 1
        chosen, verdict = (place, self.verdicts[at]) if is_fixed else (self.way, self.verdict)
        return replace(self, way=chosen, verdict=verdict, address=self.addresses[at], is_open=self.opens[at])

    @property
    def own_hours(self) -> quiet.Hours | None:
        if self.quiet_from is None or self.quiet_until is None:
            return None
        return self.quiet_from, self.quiet_until


@transaction.atomic
def claim(
    mailing: Mailing | ShortMailing, judge: gate.Judge | choosing.Judge, number: int, since: datetime
) -> Batch | None:
    """A batch whose intent is on record once this returns; None if nothing is due or the campaign stands."""
    campaign = mailing.campaign
    locks.share(campaign)
    waiting = books.take(campaign, number, since)
    if not waiting:
        return None
    customers = [one.customer for one in waiting]
    gate.hold(customers)
    read = Judged.from_choice if isinstance(judge, choosing.Judge) else Judged.from_row
    known = {row[0]: read(row) for row in judge.ask(customers)}
    if mailing.asks_for(*NAMING_PRODUCTS):
        known = _with_recommendations(known)
    if mailing.asks_for(COUPON):
        known = _with_coupons(known, campaign.offer_id)
    if mailing.segments:
        known = _with_segments(known, mailing.segments)
    now = timezone.now()
    decided = [_decide(one, known.get(one.customer), mailing, now) for one in waiting]
    parcels = [made for made in decided if isinstance(made, Parcel)]
    plans = [made for made in decided if isinstance(made, Plan)]
    going = parcels[: pacing.take(campaign.channel, len(parcels))]
    token = uuid4().hex
    intents = (
        Plan(one.delivery.pk, Delivery.State.DISPATCHING, address=one.address, why=one.why, parts=one.parts)
        for one in going
    )
    books.record_plans(campaign, token, [*plans, *intents])
    is_held_up = bool(parcels) and not going
    batch = Batch(token, going, waiting[-1].due_at, is_held_up, time.monotonic(), _stretch_of(campaign))
    if batch.has_waybill:
        waybills.begin(token, batch.begun_at(0))
    return batch


def _stretch_of(campaign: Campaign) -> int:
    """Where a provider repeats nothing under our key, a crash may leave any number: they go again."""
    caps = channels.connector_of(campaign.channel).caps
    return caps.batch if caps.idempotency is Idempotency.NONE else MOST


def _with_recommendations(known: dict[int, Judged]) -> dict[int, Judged]:
    names = recommended.names([pk for pk, one in known.items() if not one.verdict])
    return {
        pk: replace(one, person=replace(one.person, recommended=names.get(pk, ())))
        for pk, one in known.items()
    }


def _with_segments(known: dict[int, Judged], asked: Collection[int]) -> dict[int, Judged]:
    inside = belonging.segments_of(list(known), asked)
    return {
        pk: replace(one, person=replace(one.person, segments=inside.get(pk, frozenset())))
        for pk, one in known.items()
    }


def _with_coupons(known: dict[int, Judged], offer: int | None) -> dict[int, Judged]:
    """In the transaction that records the intent: nobody is sent a code that is not theirs."""
    given = coupons.of(offer, [pk for pk, one in known.items() if not one.verdict or "" in one.verdicts])
    return {
        pk: replace(one, person=replace(one.person, coupon=given[pk].code, no_coupon=given[pk].reason))
        if pk in given
        else one
        for pk, one in known.items()
    }


def judge_for(campaign: Campaign) -> gate.Judge | choosing.Judge:
    """Asks the gate what this campaign needs to know about its customers."""
    hours, over = ("quiet_from", "quiet_until"), ways.of(campaign)
    if not choosing.is_plain(over):
        return choosing.Judge(audience.asked_to_send(campaign, over), "country", *hours, *PERSON)
    question = gate.Question(campaign.channel.kind, campaign.purpose, timezone.now())
    return gate.Judge(question, "country", *hours, question.address or "email", *PERSON)


def _decide(
    delivery: Waiting, found: Judged | None, mailing: Mailing | ShortMailing, now: datetime
) -> Plan | Parcel:
    # Whoever may have got an earlier try was not left out, whatever is against another one.
    ended = Delivery.State.UNKNOWN if delivery.sent_at else Delivery.State.SKIPPED
    if found is None:
        return Plan(delivery.pk, ended, gate.Reason.GONE)
    # What may have gone out already stays where it was: on another channel it would be a second message.
    place = mailing.campaign.place
    found = found.over(place, is_fixed=delivery.sent_at is not None)
    if found.way and found.way != place:
        return Plan(delivery.pk, Delivery.State.READY, way=found.way, why=found.why)
    if found.verdict == gate.Reason.QUIET:
        morning = quiet.reopens_at(mailing.campaign.channel.kind, found.country, now, found.own_hours)
        return Plan(delivery.pk, Delivery.State.READY, gate.Reason.QUIET, due_at=morning)
    if found.verdict:
        return Plan(delivery.pk, ended, found.verdict)
    return _parcel(delivery, found, _message(mailing, delivery, found), now)


def _message(
    mailing: Mailing | ShortMailing, delivery: Waiting, found: Judged
) -> Message | ShortMessage | TemplateMessage:
    if isinstance(mailing, ShortMailing):
        return mailing.for_arm(delivery.arm, is_open=found.is_open)
    return mailing.for_arm(delivery.arm)


def _parcel(
    delivery: Waiting, found: Judged, message: Message | ShortMessage | TemplateMessage, now: datetime
) -> Plan | Parcel:
    if delivery.sent_at and delivery.sent_at < now - message.key_lifetime + books.MARGIN:
        # An earlier try may have arrived, and soon the provider no longer knows its key.
        return Plan(delivery.pk, Delivery.State.UNKNOWN, books.LOST)
    recipient = Recipient(found.person, found.address, delivery.key)
    try:
        payload, subject = message.payload(recipient, now), message.subject_for(found.person)
    except CannotRender as problem:
        ended = Delivery.State.UNKNOWN if delivery.sent_at else Delivery.State.SKIPPED
        no_coupon = found.person.no_coupon if problem.code == NO_COUPON else ""
        return Plan(delivery.pk, ended, no_coupon or problem.code)
    parts = None if isinstance(message, Message) else message.parts_for(recipient)
    return Parcel(delivery, found.address, payload, subject, found.why or None, parts)
