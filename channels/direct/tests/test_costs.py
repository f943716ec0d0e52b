"""What single messages cost, and where that is told."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from channels import factories
from channels.consent.models import Purpose
from channels.direct import sending, services, writing
from channels.direct.models import DirectMessage
from channels.models import Channel
from channels.sandbox.server import Sandbox
from crm.accounts.factories import user
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers.factories import customer
from customers.models import Customer
from customers.timeline.models import Entry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ENGLISH = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def _no_night(settings: Any) -> None:
    settings.QUIET_CHANNELS = []


@pytest.fixture
def sms() -> Channel:
    return factories.channel(
        connector="sms_http", kind="sms", name="Gateway", config={"sandbox": True}, cost=Decimal("0.05")
    )


@pytest.fixture
def emma(seller: User) -> Customer:
    return customer(owner=seller, name="Emma", phone="+4790000000", country="NO")


def sent(one: Customer, channel: Channel, by: User, body: str) -> DirectMessage:
    message = services.write(one, channel, purpose=Purpose.SERVICE, subject="", body=body, by=by)
    sending.send(message.pk)
    message.refresh_from_db()
    return message


def old(one: Customer, channel: Channel, by: User, **fields: Any) -> DirectMessage:
    moment = timezone.now() - timedelta(days=1)
    usual = {"state": "accepted", "sent_at": moment, "parts": 2, "cost": Decimal("0.1")}
    return DirectMessage.objects.create(
        customer=one, channel=channel, by=by, body="x", created_at=moment, **{**usual, **fields}
    )


def test_a_long_text_costs_as_many_messages_as_it_has_parts(
    sandbox: Sandbox, sms: Channel, emma: Customer, seller: User
) -> None:
    short, long = (sent(emma, sms, seller, body) for body in ("Hello", "好" * 71))
    Channel.objects.update(cost=1)
    for message, parts, cost in ((short, 1, "0.05"), (long, 2, "0.10")):
        message.refresh_from_db()
        assert (message.state, message.parts, message.cost) == ("accepted", parts, Decimal(cost))
    with translation.override("en"):
        told = writing.origin(seller, Entry.objects.get(source_id=str(long.pk)))
    assert told is not None
    assert ("Cost", "¥0.10") in [(str(name), str(value)) for name, value in told.facts]


def test_a_template_counts_once_and_what_waits_has_cost_nothing(
    sandbox: Sandbox, emma: Customer, seller: User
) -> None:
    config = {"sandbox": True, "phone_number_id": "12345", "templates": "spring|en|Hello {{1}}"}
    chat = factories.channel(connector="whatsapp", kind="whatsapp", config=config, cost=Decimal("0.3"))
    message = services.write(
        emma,
        chat,
        purpose=Purpose.SERVICE,
        subject="",
        body="Hello " * 100,
        by=seller,
        template="spring",
        fields={"1": "Emma"},
    )
    assert (message.parts, message.cost) == (0, Decimal(0))
    sending.send(message.pk)
    message.refresh_from_db()
    assert (message.state, message.parts, message.cost) == ("accepted", 1, Decimal("0.3"))


def test_a_cost_is_no_gain(sms: Channel, emma: Customer, seller: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        old(emma, sms, seller, cost=-1)


def test_the_card_of_the_channel_says_what_the_month_cost(
    client: Client, sms: Channel, emma: Customer, seller: User
) -> None:
    client.force_login(user(Role.ADMIN))
    page = client.get(reverse("channels:list"), headers=ENGLISH).content.decode()
    assert "Single messages in 30 days" not in page
    old(emma, sms, seller, cost=Decimal("12.34"), parts=1234)
    old(emma, sms, seller, cost=Decimal(500), state="failed", reason="550")
    old(emma, sms, seller, cost=Decimal(500), sent_at=timezone.now() - timedelta(days=40))
    page = client.get(reverse("channels:list"), headers=ENGLISH).content.decode()
    assert "Single messages in 30 days" in page
    assert "1,234" in page
    assert "¥12.34" in page
    assert "500" not in page


def test_a_pivot_table_adds_up_what_one_may_see(sms: Channel, emma: Customer, seller: User) -> None:
    manager = user(Role.OPERATIONS)
    old(emma, sms, seller)
    old(customer(owner=manager), sms, manager, cost=Decimal("0.25"))
    old(emma, sms, seller, state="failed", reason="550")
    query = "?subject=messages&measure=cost&rows=account&period=all"

    def total(by: User) -> Any:
        client = Client(headers=ENGLISH)
        client.force_login(by)
        answer = client.get(reverse("pivot:table") + query)
        assert answer.status_code == 200
        assert "¥0.10" in answer.content.decode() or by == manager
        return answer.context["table"].value((str(sms.pk),), None)

    assert total(manager) == Decimal("0.35")
    assert total(seller) == Decimal("0.10")
    client = Client(headers=ENGLISH)
    client.force_login(seller)
    records = client.get(f"{reverse('pivot:records')}{query}&at=account:{sms.pk}")
    assert [one.customer for one in records.context["page"].rows] == [emma]
    assert "¥0.10" in records.content.decode()
