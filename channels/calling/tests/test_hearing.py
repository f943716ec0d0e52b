"""Calls as telephone systems tell of them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels.connectors.arriving import Direction, Handle, Happening, Party
from channels.factories import channel
from channels.inbound import happenings
from channels.inbox.models import Conversation, Message
from channels.live.models import Event
from channels.models import Channel
from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import factories
from customers.identity.models import Identity
from customers.models import Customer
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
NUMBER = "+8613800138000"


@pytest.fixture
def line() -> Channel:
    return channel(connector="phone_cti", kind="phone", name="Line")


@pytest.fixture
def caller() -> Customer:
    made = factories.customer(name="Li Ming", phone=NUMBER)
    factories.identity(made, Identity.Kind.PHONE, NUMBER)
    return made


def call(kind: str = "call", *, direction: Direction = Direction.IN, **data: Any) -> Happening:
    party = Party((Handle("phone", NUMBER),))
    key = f"call:1:{kind}:{direction}:{sorted(data.items())}"
    return Happening(key, timezone.now(), party, kind, direction=direction, data=data)


def test_while_it_rings_the_customer_is_on_the_screen_of_who_is_called(
    line: Channel, caller: Customer, client: Client
) -> None:
    agent = people.user(Role.OPERATIONS, username="sunlei")
    happenings.take(line, call("call.ringing", agent="sunlei", outcome="reached"))
    assert Event.objects.get().topic == f"user:{agent.pk}"
    assert Event.objects.get().data == {"customer": caller.pk, "channel": line.pk}
    assert not Entry.objects.exists()
    client.force_login(agent)
    assert "Li Ming" in client.get(reverse("calling:ringing")).content.decode()
    client.force_login(people.user(Role.SERVICE, username="other"))
    assert "Li Ming" not in client.get(reverse("calling:ringing")).content.decode()


def test_whoever_may_not_see_the_customer_learns_no_name(
    line: Channel, caller: Customer, client: Client
) -> None:
    agent = people.user(Role.SALES, username="hejun")
    happenings.take(line, call("call.ringing", agent="hejun"))
    client.force_login(agent)
    shown = client.get(reverse("calling:ringing"))
    assert shown.context["is_ringing"]
    assert "Li Ming" not in shown.content.decode()


def test_it_rings_at_nobody_we_know(line: Channel, caller: Customer) -> None:
    happenings.take(line, call("call.ringing", agent="somebody else"))
    happenings.take(line, call("call.ringing"))
    assert not Event.objects.exists()


def test_a_call_that_was_taken_stands_on_the_timeline_only(line: Channel, caller: Customer) -> None:
    happenings.take(line, call(outcome="reached", seconds=60))
    assert Entry.objects.get(kind="call").customer == caller
    assert not Conversation.objects.exists()


def test_a_missed_call_waits_in_the_inbox(line: Channel, caller: Customer) -> None:
    happenings.take(line, call(outcome="no_answer"))
    message = Message.objects.get()
    assert message.data["call"] == "missed"
    assert message.conversation.customer == caller
    assert message.conversation.waiting_since
    assert Entry.objects.get(channel="phone").kind == "message"


def test_one_of_ours_that_nobody_took_is_no_work(line: Channel, caller: Customer) -> None:
    happenings.take(line, call(outcome="no_answer", direction=Direction.OUT))
    assert not Conversation.objects.exists()
    assert Entry.objects.get().kind == "call"
