"""Takes a batch of due deliveries, asks the gate about each and records the intent to send what may go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from channels.campaigns import books, locks, pacing
from channels.campaigns.books import Plan, Waiting
from channels.campaigns.message import Message, Recipient
from channels.campaigns.models import Delivery
from channels.campaigns.placeholders import Person
from channels.connectors.base import CannotRender, Payload
from channels.consent import gate, quiet
from customers.models import Customer

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


@dataclass(frozen=True)
class Judged:
    """A customer as the gate sees them now."""

    verdict: str
    country: str
    address: str
    person: Person


@transaction.atomic
def claim(message: Message, number: int, since: datetime) -> Batch | None:
    """A batch with its intent recorded once this returns; None when nothing is due or the campaign stands."""
    campaign = message.campaign
    if not locks.share_running(campaign):
        return None
    waiting = books.take(campaign, number, since)
    if not waiting:
        return None
    gate.hold(one.customer for one in waiting)
    now = timezone.now()
    question = gate.Question(campaign.channel.kind, campaign.purpose, now)
    known = _judge([one.customer for one in waiting], question)
    decided = [_decide(one, known.get(one.customer), message, question) for one in waiting]
    parcels = [made for made in decided if isinstance(made, Parcel)]
    plans = [made for made in decided if isinstance(made, Plan)]
    allowed = pacing.take(campaign.channel, len(parcels))
    going = parcels[:allowed]
    token = uuid4().hex
    intents = (Plan(one.delivery.pk, Delivery.State.DISPATCHING, address=one.address) for one in going)
    books.record_plans(campaign, token, [*plans, *intents])
    return Batch(token, going, waiting[-1].due_at, is_held_up=bool(parcels) and not going)


def _judge(customers: Iterable[int], question: gate.Question) -> dict[int, Judged]:
    rows = gate.judged(Customer.objects.filter(pk__in=customers), question).values_list(
        "pk", "verdict", "country", question.address or "pk", *PERSON
    )
    return {
        pk: Judged(verdict, country, str(address), Person(*rest))
        for pk, verdict, country, address, *rest in rows
    }


def _decide(
    delivery: Waiting, found: Judged | None, message: Message, question: gate.Question
) -> Plan | Parcel:
    if found is None:
        return Plan(delivery.pk, Delivery.State.SKIPPED, gate.Reason.GONE)
    if found.verdict == gate.Reason.QUIET:
        morning = quiet.reopens_at(question.channel, found.country, question.at)
        return Plan(delivery.pk, Delivery.State.READY, gate.Reason.QUIET, due_at=morning)
    if found.verdict:
        return Plan(delivery.pk, Delivery.State.SKIPPED, found.verdict)
    if delivery.sent_at and delivery.sent_at < question.at - message.key_lifetime:
        # An earlier try may have arrived, and the provider no longer knows its key.
        return Plan(delivery.pk, Delivery.State.UNKNOWN, books.LOST)
    try:
        payload = message.payload(Recipient(found.person, found.address, delivery.key), question.at)
    except CannotRender as problem:
        return Plan(delivery.pk, Delivery.State.SKIPPED, problem.code)
    return Parcel(delivery, found.address, payload, message.subject_for(found.person))
