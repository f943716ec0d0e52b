"""Playing the customer goes through the doors of real providers."""

from collections.abc import Mapping

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels import factories as channels
from channels.inbound import ingesting
from channels.inbox.models import Conversation, Message
from channels.models import Channel
from channels.sandbox.models import SandboxMessage
from channels.secrets import seal
from channels.store.factories import shop
from channels.store.models import Pickup
from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.demo.wiring import BOX, PLAYED, SIGNED
from customers import factories
from customers.models import Customer
from customers.orders.models import Product
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db


def made(connector: str, kind: str, config: Mapping[str, object], secret: dict[str, str]) -> Channel:
    return channels.channel(
        connector=connector, kind=kind, name=connector, config=config, secret=seal(secret)
    )


@pytest.fixture
def wechat() -> Channel:
    secret = {name: make() for name, make in BOX.items()}
    return made("wechat_oa", "wechat", {"app_id": "wx1", "mode": "safe", "sandbox": True}, secret)


@pytest.fixture
def signed() -> dict[str, str]:
    return {name: make() for name, make in SIGNED.items()}


@pytest.fixture
def player(client: Client) -> Client:
    client.force_login(people.user(Role.ADMIN, Role.OPERATIONS, username="player"))
    return client


def test_a_known_customer_goes_on_by_wechat_and_by_mail_in_one_conversation(
    player: Client, wechat: Channel
) -> None:
    mail = channels.channel(name="Mail")
    customer = factories.customer(email="li@mail.example", phone="+8613800138000")
    factories.identity(customer, "email", customer.email)
    player.post(reverse("phones:persona"), {"customer": customer.pk})
    player.post(reverse("phones:said", args=[wechat.pk]), {"text": "在吗？"})
    player.post(reverse("phones:said", args=[mail.pk]), {"text": "See the picture.", "subject": "Cup"})
    ingesting.drain()
    conversation = Conversation.objects.get()
    assert conversation.customer == customer
    assert set(conversation.messages.filter(direction="in").values_list("channel", flat=True)) == {
        wechat.pk,
        mail.pk,
    }
    assert Entry.objects.filter(customer=customer, source="inbox").count() == 2
    shown = player.get(reverse("phones:news")).content.decode()
    assert "在吗？" in shown
    assert player.get(reverse("phones:page")).status_code == 200


def test_what_reached_the_customer_is_on_their_phone_and_nobody_elses(
    player: Client, wechat: Channel
) -> None:
    mail = channels.channel(name="Mail")
    player.post(reverse("phones:persona"), {"name": "Anna"})
    address = player.session["phones"]["persona"]["email"]
    for to, text in ((address, "It is on its way"), ("other@mail.example", "Not for you")):
        SandboxMessage.objects.create(
            received_at=timezone.now(),
            protocol="smtp",
            sender="news@example.com",
            recipient=to,
            subject="Your order",
            raw=f"Subject: Your order\r\nMessage-ID: <1@x>\r\n\r\n{text}".encode(),
            answered=True,
        )
    shown = player.get(reverse("phones:news")).content.decode()
    assert "It is on its way" in shown
    assert "Not for you" not in shown
    player.post(reverse("phones:said", args=[mail.pk]), {"text": "Thanks"})
    assert Message.objects.get(direction="in").subject == "Re: Your order"


def test_somebody_new_becomes_a_customer(player: Client, wechat: Channel) -> None:
    player.post(reverse("phones:persona"), {"name": "Anna"})
    player.post(reverse("phones:said", args=[wechat.pk]), {"text": "Hello"})
    ingesting.drain()
    assert Customer.objects.count() == 1


def test_a_missed_call_and_an_order_arrive(player: Client, signed: dict[str, str]) -> None:
    line = made("phone_cti", "phone", PLAYED, signed)
    till = made("pos", "store", PLAYED, signed)
    shop(key="S1")
    Product.objects.create(sku="bean", name="Beans", price=58)
    player.post(reverse("phones:persona"), {"name": "Anna"})
    player.post(reverse("phones:call", args=[line.pk]), {"how": "missed"})
    player.post(reverse("phones:order", args=[till.pk]), {"sku": "bean", "store": "S1"})
    ingesting.drain()
    assert Message.objects.get(direction="in").data["call"] == "missed"
    assert Pickup.objects.get().order.amount == 58
    assert player.get(reverse("phones:page")).status_code == 200


def test_channels_of_real_providers_cannot_be_played(player: Client, signed: dict[str, str]) -> None:
    line = made("phone_cti", "phone", {}, signed)
    player.post(reverse("phones:persona"), {"name": "Anna"})
    answer = player.post(reverse("phones:call", args=[line.pk]), {"how": "missed"})
    assert answer.status_code == 409


def test_only_those_who_set_up_channels_play(client: Client, wechat: Channel) -> None:
    client.force_login(people.user(Role.MARKETING))
    assert client.get(reverse("phones:page")).status_code == 200
    assert client.post(reverse("phones:persona"), {"name": "Anna"}).status_code == 404
    assert client.post(reverse("phones:said", args=[wechat.pk]), {"text": "Hello"}).status_code == 404
    client.force_login(people.user(Role.SALES))
    assert client.get(reverse("phones:page")).status_code == 404


def test_a_customer_one_may_not_change_is_not_played(client: Client) -> None:
    client.force_login(people.user(Role.ADMIN, username="admin"))
    customer = factories.customer()
    answer = client.post(reverse("phones:persona"), {"customer": customer.pk})
    assert answer.status_code == 400
