"""Registers, cancels and moves up: seats are counted in the event's row, which whoever changes them holds."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.connectors.arriving import Handle, Party
from channels.consent import services as consent
from channels.consent import texts
from channels.consent.models import Purpose
from channels.events import confirming
from channels.events.models import Event, Registration
from channels.inbox import parties
from channels.models import Channel
from channels.offers.codes import ALPHABET
from crm.accounts.models import User
from crm.lib import locks
from crm.lib.errors import Refused
from customers.models import Customer
from customers.timeline import services as timeline
from customers.timeline.models import Entry

SOURCE = "event"
# Eight characters, of which one checks nothing: a door has the list beside it.
CODE_LENGTH = 8
# Not stored: it only says where the guest came from.
KIND = "event"
State = Registration.State


@dataclass(frozen=True)
class Guest:
    """What somebody says of themselves."""

    name: str
    email: str = ""
    phone: str = ""
    language: str = ""
    wants_news: bool = False
    evidence: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def register(event: Event, guest: Guest) -> Registration:
    """A seat, or a place on the waiting list. Whoever is registered gets the confirmation once more."""
    party = _party(guest)
    locks.hold(parties.names([party]))
    customer = parties.meet(party, Channel(kind=KIND)).customer
    current = hold(event)
    known = current.registrations.exclude(state=State.CANCELLED).filter(customer=customer).first()
    if known:
        confirming.send(known)
        return known
    if not current.is_open:
        raise Refused(_("Registration is closed."))
    if current.is_full and not current.has_waiting_list:
        raise Refused(_("All seats are taken."))
    made = _write(current, customer, guest, State.WAITING if current.is_full else State.BOOKED)
    confirming.send(made)
    return made


@transaction.atomic
def walk_in(event: Event, guest: Guest, *, by: User) -> Registration:
    """Somebody stands at the door without a registration; a seat must be free."""
    party = _party(guest)
    locks.hold(parties.names([party]))
    customer = parties.meet(party, Channel(kind=KIND)).customer
    current = hold(event)
    if current.state != Event.State.OPEN:
        raise Refused(_("This event is not open."))
    known = current.registrations.booked().filter(customer=customer).first()
    if known:
        raise Refused(_("This guest is registered. Look for the name in the list."))
    if current.is_full:
        raise Refused(_("All seats are taken. Cancel the seat of somebody who does not come."))
    current.registrations.waiting().filter(customer=customer).update(
        state=State.CANCELLED, cancelled_at=timezone.now()
    )
    made = _write(
        current, customer, guest, State.BOOKED, is_walk_in=True, came_at=timezone.now(), let_in_by=by
    )
    _tell(made, "event.attended", by=by)
    return made


@transaction.atomic
def cancel(registration: Registration, *, by: User | None = None) -> bool:
    """Gives the seat back; the first of the waiting list gets it. False if it was cancelled before."""
    event = hold(registration.event)
    current = Registration.objects.select_related("customer").get(pk=registration.pk)
    if current.state == State.CANCELLED:
        return False
    if current.came_at:
        raise Refused(_("This guest is here already."))
    had_seat = current.state == State.BOOKED
    current.state, current.cancelled_at, current.event = State.CANCELLED, timezone.now(), event
    current.save(update_fields=["state", "cancelled_at"])
    _tell(current, "event.cancelled", by=by)
    if had_seat:
        Event.objects.filter(pk=event.pk).update(taken=F("taken") - 1)
        move_up(event)
    return True


@transaction.atomic
def move_up(event: Event) -> int:
    """Who waits gets the seats that are free, in the order in which they came."""
    current = hold(event)
    if current.is_over or current.state != Event.State.OPEN:
        return 0
    waiting = current.registrations.waiting().order_by("registered_at", "pk").select_related("customer")
    free = None if current.capacity is None else current.capacity - current.taken
    moved = list(waiting[:free])
    for one in moved:
        one.state, one.event = State.BOOKED, current
        one.save(update_fields=["state"])
        confirming.send(one)
    Event.objects.filter(pk=current.pk).update(taken=F("taken") + len(moved))
    return len(moved)


def asks_news(registration: Registration) -> bool:
    """Whether the tick still waits for its button. Consent is kept for the customer's own address only."""
    is_theirs = registration.customer.email.casefold() == registration.email.casefold()
    return registration.wants_news and registration.news_granted_at is None and is_theirs


@transaction.atomic
def grant_news(registration: Registration, evidence: Mapping[str, Any]) -> None:
    """The button behind the link that only the mailbox's owner has: now the tick counts, once."""
    mine = Registration.objects.filter(pk=registration.pk, wants_news=True, news_granted_at=None)
    if not asks_news(registration) or not mine.update(news_granted_at=timezone.now()):
        return
    consent.grant(
        registration.customer,
        Purpose.MARKETING,
        "email",
        source=KIND,
        evidence={**registration.evidence, "event": registration.event_id, "confirmed": dict(evidence)},
        text_version=registration.text_version,
    )


def _write(event: Event, customer: Customer, guest: Guest, state: State, **fields: Any) -> Registration:
    made = Registration.objects.create(
        event=event,
        customer=customer,
        name=guest.name,
        email=guest.email,
        phone=guest.phone,
        code="".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH)),
        state=state,
        language=guest.language,
        wants_news=guest.wants_news,
        text_version=texts.current_code(Purpose.MARKETING) if guest.wants_news else "",
        evidence=dict(guest.evidence),
        **fields,
    )
    if state == State.BOOKED:
        Event.objects.filter(pk=event.pk).update(taken=F("taken") + 1)
    _tell(made, "event.registered", by=None)
    return made


def hold(event: Event) -> Event:
    """As it is now; nobody takes or gives back a seat until the transaction ends."""
    return Event.objects.select_for_update(no_key=True, of=("self",)).get(pk=event.pk)


def _party(guest: Guest) -> Party:
    handles = [Handle(kind, value) for kind in ("email", "phone") if (value := getattr(guest, kind))]
    # Who leaves no address is a stranger each time.
    handles = handles or [Handle("visitor", secrets.token_hex(16))]
    return Party(tuple(handles), guest.name, {"language": guest.language})


def _tell(registration: Registration, kind: str, *, by: User | None) -> None:
    timeline.record(
        registration.customer,
        kind,
        summary=str(registration.event),
        channel=Entry.Channel.EVENT,
        direction=Entry.Direction.IN,
        by=by,
        source=SOURCE,
        source_id=f"{registration.pk}.{kind}",
    )
