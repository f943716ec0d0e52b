"""Letters: asked for, judged, sent once, and what became of each."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels import factories
from channels.connectors.base import Accepted, Outcome, Rejected, Retry, Unknown
from channels.consent import preferences, services, suppression
from channels.consent.models import Suppression
from channels.letters import sending
from channels.letters.models import Letter
from channels.models import Channel
from channels.sandbox.models import SandboxMessage
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers.factories import customer
from customers.models import Customer
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
State = Letter.State


@pytest.fixture
def operator() -> User:
    return people.user(Role.OPERATIONS)


@pytest.fixture
def channel() -> Channel:
    return factories.channel(name="Letters")


@pytest.fixture
def one() -> Customer:
    return customer(name="Li {{ url }} Ming", email="li@example.com", language="en")


def posted(one: Customer, by: User) -> Letter:
    preferences.send_link(one, by=by)
    return Letter.objects.get()


def settled(letter: Letter, outcome: Outcome) -> Letter:
    parcel = sending._take(letter.pk)
    assert parcel
    sending._settle(parcel, outcome)
    letter.refresh_from_db()
    return letter


@pytest.mark.slow
def test_a_letter_reaches_the_customer(sandbox: Any, operator: User) -> None:
    factories.channel(connector="sandbox_smtp")
    one = customer(name="Li Ming", email="li@example.com", language="en")
    sending.send(posted(one, operator).pk)
    letter, mail = Letter.objects.get(), SandboxMessage.objects.get()
    assert (letter.state, mail.recipient) == (State.SENT, "li@example.com")
    assert Entry.objects.filter(customer=one, kind="letter.sent").count() == 1
    sending.send(letter.pk)
    assert SandboxMessage.objects.count() == 1


def test_a_name_full_of_braces_puts_nothing_else_in(channel: Channel, one: Customer, operator: User) -> None:
    parcel = sending._take(posted(one, operator).pk)
    assert parcel
    assert parcel.address == "li@example.com"


def test_the_gate_is_asked_at_the_moment_of_sending(channel: Channel, one: Customer, operator: User) -> None:
    letter = posted(one, operator)
    services.withdraw(one, "service", "email", source="phone")
    sending.send(letter.pk)
    letter.refresh_from_db()
    assert (letter.state, letter.reason) == (State.SKIPPED, "no_consent")


def test_a_blocked_address_gets_none(channel: Channel, one: Customer, operator: User) -> None:
    suppression.suppress("email", one.email, Suppression.Reason.BOUNCE)
    letter = posted(one, operator)
    sending.send(letter.pk)
    letter.refresh_from_db()
    assert (letter.state, letter.reason) == (State.SKIPPED, "suppressed")


def test_a_dead_address_is_blocked(channel: Channel, one: Customer, operator: User) -> None:
    letter = settled(posted(one, operator), Rejected("550 5.1.1", permanent=True, reason="recipient"))
    assert (letter.state, Suppression.objects.get().reason) == (State.FAILED, "bounce")


def test_a_busy_server_is_asked_later_but_not_for_ever(
    channel: Channel, one: Customer, operator: User
) -> None:
    letter = settled(posted(one, operator), Retry(60, "busy"))
    assert (letter.state, letter.attempts) == (State.READY, 1)
    assert letter.due_at > timezone.now() + timedelta(seconds=50)
    Letter.objects.update(due_at=timezone.now(), attempts=sending.MOST_ATTEMPTS - 1)
    assert settled(letter, Retry(60, "busy")).state == State.FAILED


def test_what_nobody_knows_is_never_sent_again(channel: Channel, one: Customer, operator: User) -> None:
    letter = settled(posted(one, operator), Unknown("no answer"))
    assert letter.state == State.UNKNOWN
    assert sending._take(letter.pk) is None


def test_a_worker_that_died_leaves_an_unknown_letter(channel: Channel, one: Customer, operator: User) -> None:
    letter = posted(one, operator)
    assert sending._take(letter.pk)
    Letter.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    sending.sweep()
    letter.refresh_from_db()
    assert letter.state == State.UNKNOWN


def test_the_same_letter_is_not_asked_for_twice(channel: Channel, one: Customer, operator: User) -> None:
    settled(posted(one, operator), Accepted("ok"))
    with pytest.raises(Refused):
        preferences.send_link(one, by=operator)


def test_two_letters_about_one_thing_do_not_wait_together(channel: Channel, one: Customer) -> None:
    given = {"customer": one, "channel": channel, "kind": "x", "about": uuid4()}
    Letter.objects.create(**given)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.create(**given)


def test_without_a_mail_channel_nothing_is_promised(one: Customer, operator: User) -> None:
    with pytest.raises(Refused):
        preferences.send_link(one, by=operator)
    factories.channel(enabled=False)
    with pytest.raises(Refused):
        preferences.send_link(one, by=operator)


def test_a_colleague_sends_the_link_from_the_ledger(
    client: Client, channel: Channel, one: Customer, operator: User
) -> None:
    client.force_login(operator)
    assert client.post(reverse("consent:link", args=[one.pk])).status_code == 302
    assert Letter.objects.get().asked_by == operator
    client.force_login(people.user(Role.SALES))
    assert client.post(reverse("consent:link", args=[one.pk])).status_code == 404
