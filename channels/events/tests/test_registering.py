"""Seats, waiting list, door: nobody too many, nobody twice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from channels.direct.models import DirectMessage
from channels.events import admitting, confirming, registering, services
from channels.events.factories import event
from channels.events.models import Event, Registration
from channels.events.registering import Guest
from channels.factories import channel
from channels.mail import blobs
from channels.offers.tests.test_races import at_once
from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers.factories import customer, identity
from customers.merging import services as merging
from customers.timeline.models import Entry
from segments import services as segments

State = Registration.State


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def guest(number: int) -> Guest:
    return Guest(f"Guest {number}", f"guest{number}@mail.example", language="en")


@pytest.mark.django_db
def test_a_guest_is_known_again_confirmed_and_moves_up() -> None:
    channel(name="Mail")
    known = customer(name="Emma Stone", email="guest1@mail.example")
    identity(known, "email", "guest1@mail.example")
    made = event(capacity=1)
    first = registering.register(made, guest(1))
    second = registering.register(made, guest(2))
    assert (first.customer, first.state, second.state) == (known, State.BOOKED, State.WAITING)
    mail = DirectMessage.objects.get(customer=known)
    assert first.code in mail.body
    ics = blobs.read(mail.files[0]["digest"]).decode()
    assert "\r\nSUMMARY:Event" in ics
    assert registering.register(made, guest(1)).pk == first.pk

    assert registering.cancel(first)
    assert not registering.cancel(first)
    second.refresh_from_db()
    made.refresh_from_db()
    assert (second.state, made.taken) == (State.BOOKED, 1)
    assert DirectMessage.objects.filter(customer=second.customer).count() == 2
    kinds = Entry.objects.filter(customer=known, source="event").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["event.registered", "event.cancelled"]


@pytest.mark.django_db
def test_a_full_or_closed_event_takes_nobody() -> None:
    made = event(capacity=1, has_waiting_list=False)
    registering.register(made, guest(1))
    with pytest.raises(Refused, match="All seats are taken"):
        registering.register(made, guest(2))
    with pytest.raises(Refused, match="Cancel the seat"):
        registering.walk_in(made, guest(3), by=made.created_by)
    made.capacity = 2
    services.save(made, by=made.created_by)
    assert registering.walk_in(made, Guest("Somebody"), by=made.created_by).came_at
    closed = event(register_until=timezone.now() - timedelta(hours=1))
    with pytest.raises(Refused, match="closed"):
        registering.register(closed, guest(4))


@pytest.mark.django_db
def test_who_came_and_who_did_not_are_segments_with_a_draft_each() -> None:
    channel(name="Mail")
    made, by = event(), people.user(Role.MARKETING, Role.OPERATIONS)
    came, missed = (registering.register(made, guest(number)) for number in (1, 2))
    admitting.let_in(came, by=by)
    with pytest.raises(Refused, match="not over"):
        services.follow_up(made, by=by)
    begun = timezone.now() - timedelta(days=1)
    type(made).objects.filter(pk=made.pk).update(starts_at=begun, ends_at=begun + timedelta(hours=1))
    made.refresh_from_db()
    drafts = services.follow_up(made, by=by)
    members = [set(segments.members(one.segment)) for one in drafts]
    assert members == [{came.customer}, {missed.customer}]
    assert all(one.is_draft for one in drafts)
    with pytest.raises(Refused, match="already"):
        services.follow_up(made, by=by)


@pytest.mark.django_db
def test_joined_customers_keep_one_seat_and_lose_none_by_parting() -> None:
    made, clerk = event(capacity=2), people.user(Role.OPERATIONS)
    one, other = (registering.register(made, guest(number)) for number in (1, 2))
    (merge,) = merging.merge(one.customer, [other.customer], by=clerk)
    assert made.registrations.filter(customer=one.customer).count() == 1
    assert made.registrations.booked().count() == 2
    merging.undo(merge, by=clerk)
    assert [
        made.registrations.booked().filter(customer=whose).count() for whose in (one.customer, other.customer)
    ] == [1, 1]


@pytest.mark.django_db
def test_who_changes_an_event_takes_back_no_seat() -> None:
    made = event(capacity=3)
    opened = Event.objects.get(pk=made.pk)
    for number in (1, 2):
        registering.register(made, guest(number))
    opened.place = "Pier 2"
    services.save(opened, by=made.created_by)
    made.refresh_from_db()
    assert (made.place, made.taken) == ("Pier 2", 2)
    opened.capacity = 1
    with pytest.raises(Refused):
        services.save(opened, by=made.created_by)


@pytest.mark.django_db
def test_nobody_missed_an_event_that_was_called_off() -> None:
    made = event()
    registering.register(made, guest(1))
    services.call_off(made, by=made.created_by)
    Event.objects.update(
        starts_at=timezone.now() - timedelta(days=2), ends_at=timezone.now() - timedelta(days=1)
    )
    with pytest.raises(Refused), translation.override("en"):
        services.follow_up(made, by=made.created_by)


@pytest.mark.django_db
def test_a_calendar_line_is_no_longer_than_75_bytes() -> None:
    made = event(title_en="茶" * 60, place="Wharf 1, Pier; \\ 2")
    lines = confirming.calendar(registering.register(made, guest(1))).split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    assert "LOCATION:Wharf 1\\, Pier\\; \\\\ 2" in lines


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_seats_are_never_given_twice_nor_guests_let_in_twice() -> None:
    made, clerk = event(capacity=5), people.user(Role.OPERATIONS)
    told = at_once(lambda number: registering.register(made, guest(number)), range(12))
    states = [one.state for one in told]
    assert (states.count(State.BOOKED), states.count(State.WAITING)) == (5, 7)
    same = at_once(lambda _place: registering.register(made, guest(0)).pk, range(4))
    assert len(set(same)) == 1
    booked = list(made.registrations.booked())
    at_once(registering.cancel, booked[:3] * 2)
    made.refresh_from_db()
    assert (made.taken, made.registrations.booked().count()) == (5, 5)
    assert made.registrations.waiting().count() == 4

    one = made.registrations.booked().first()
    assert one

    def let_in(_place: int) -> str:
        # Each thread has a language of its own.
        with translation.override("en"):
            try:
                admitting.let_in(one, by=clerk)
            except Refused as no:
                return str(no)
            return "in"

    told = at_once(let_in, range(6))
    assert told.count("in") == 1
    assert sum("Already checked in" in words for words in told) == 5
