"""Over which channel each customer is written to, against an oracle in plain Python."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from channels import factories
from channels.campaigns import audience, planning, services, ways
from channels.campaigns.models import Campaign, Delivery, Way
from channels.campaigns.tests.conftest import launch
from channels.consent import services as consent
from channels.consent import suppression
from channels.consent.models import Purpose
from channels.inbox.models import Conversation, Message
from channels.models import Channel
from crm.accounts.factories import user
from crm.accounts.policy import Role
from customers.factories import customer
from customers.identity.models import Identity, Profile
from customers.models import Customer
from segments.factories import segment

from .conftest import EVERYBODY

pytestmark = [pytest.mark.django_db]

KINDS = ("sms", "email", "whatsapp", "wechat")
NUMBER = 200
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def no_night(settings: Any) -> None:
    settings.QUIET_CHANNELS = []


@pytest.fixture
def channels() -> dict[str, Channel]:
    sandbox = {"sandbox": True}
    return {
        "email": factories.channel(connector="sandbox_http"),
        "sms": factories.channel(connector="sms_http", kind="sms", config=sandbox),
        "whatsapp": factories.channel(
            connector="whatsapp",
            kind="whatsapp",
            config={**sandbox, "phone_number_id": "12345", "templates": "spring|en|Hello {{1}}"},
        ),
        "wechat": factories.channel(
            connector="wechat_oa", kind="wechat", config={**sandbox, "app_id": "wx-lanshan"}
        ),
    }


@pytest.fixture
def make(channels: dict[str, Channel]) -> Callable[..., Campaign]:
    """A campaign over some kinds of channel, in this order."""

    def made(*kinds: str, template: str = "") -> Campaign:
        campaign = factories.campaign(
            channel=channels[kinds[0]], segment=segment(rule=EVERYBODY), created_by=user(Role.MARKETING)
        )
        over = [Way(channel=channels[kind], text="Hello {{ name }}") for kind in kinds]
        for way in over:
            if way.channel.kind == "whatsapp" and template:
                way.template, way.blanks = template, "{{ name }}"
        ways.keep(campaign, over)
        return campaign

    return made


@dataclass
class Known:
    """What the oracle knows of somebody."""

    preferred: str
    allowed: set[str]
    blocked: set[str]
    has: set[str]
    heard: dict[str, float]


def verdict(one: Known, kind: str, *, template: bool) -> str:
    if kind not in one.has:
        return "no_address"
    if kind not in one.allowed:
        return "no_consent"
    if kind in one.blocked:
        return "suppressed"
    hours = {"whatsapp": 24, "wechat": 48}.get(kind)
    is_open = hours is None or one.heard.get(kind, 1000) < hours
    return "" if is_open or (kind == "whatsapp" and template) else "window"


def oracle(one: Known, kinds: tuple[str, ...], *, template: bool) -> tuple[str, str]:
    """The channel, or none and the reason."""
    ranked = sorted(kinds, key=lambda kind: kind != one.preferred)
    said = {kind: verdict(one, kind, template=template) for kind in ranked}
    chosen = next((kind for kind in ranked if not said[kind]), "")
    return chosen, "" if chosen else said[ranked[0]]


def somebody(dice: random.Random, number: int, channels: dict[str, Channel]) -> tuple[Customer, Known]:
    def some(share: float) -> set[str]:
        return {kind for kind in KINDS if dice.random() < share}

    known = Known(dice.choice(["", *KINDS, "phone"]), some(0.6), some(0.15), some(0.7), {})
    if {"sms", "whatsapp"} & known.has:
        # Both are reached under the telephone number.
        known.has |= {"sms", "whatsapp"}
    one = customer(
        email=f"c{number}@example.com" if "email" in known.has else "",
        phone=f"+861380013{number:04}" if "sms" in known.has else "",
        preferred_channel=known.preferred,
        country="CN",
    )
    if "wechat" in known.has:
        profile = Profile.objects.create(customer=one, source="test")
        Identity.objects.create(
            profile=profile, kind="openid", scope="wx-lanshan", value=f"o-{number}", source="test"
        )
    for kind in known.allowed:
        consent.grant(one, Purpose.MARKETING, kind, source="test")
    for kind in known.blocked & known.has:
        address = {"email": one.email, "wechat": f"o-{number}"}.get(kind, one.phone)
        suppression.suppress(kind, address, "bounce")
    for kind in ("whatsapp", "wechat"):
        if dice.random() < 0.6:
            known.heard[kind] = dice.choice([1, 23, 30, 47, 60])
            _hear(one, channels[kind], known.heard[kind])
    return one, known


def _hear(one: Customer, channel: Channel, hours: float) -> None:
    talk = Conversation.objects.filter(customer=one).first() or factories.conversation(one, channel=channel)
    Message.objects.create(
        conversation=talk, direction="in", channel=channel, text="Hi", at=timezone.now() - hours * HOUR
    )


@pytest.mark.slow
def test_the_choice_is_that_of_the_oracle(
    channels: dict[str, Channel], make: Callable[..., Campaign]
) -> None:
    dice = random.Random(7)
    known = {one.pk: about for one, about in (somebody(dice, n, channels) for n in range(NUMBER))}
    for kinds, template in (
        (("email", "sms"), ""),
        (("sms", "whatsapp", "wechat", "email"), ""),
        (("whatsapp", "wechat"), "spring"),
        (("wechat",), ""),
    ):
        campaign = make(*kinds, template=template)
        found = audience.reach(campaign, by=campaign.created_by)
        services.launch(campaign, by=campaign.created_by)
        planning.materialise(campaign.pk)
        rows = Delivery.objects.filter(campaign=campaign)
        got = {
            row.customer_id: (kinds[row.way - 1], "") if row.state == "ready" else ("", row.reason)
            for row in rows
        }
        assert got == {pk: oracle(about, kinds, template=bool(template)) for pk, about in known.items()}
        assert found.reachable == sum(1 for kind, _reason in got.values() if kind)
        # Each channel's own funnel counts who could be reached over it, chosen or not.
        for way in found.ways:
            could = [verdict(one, way.way.channel.kind, template=bool(template)) for one in known.values()]
            assert way.reach.reachable == could.count("")
            assert dict(way.reach.left_out) == {code: could.count(code) for code in set(could) if code}


def test_why_is_written_down(channels: dict[str, Channel], make: Callable[..., Campaign]) -> None:
    one, two, three = (
        customer(email=f"c{n}@example.com", phone=f"+861380013800{n}", preferred_channel=preferred)
        for n, preferred in enumerate(["sms", "", "email"])
    )
    for person in (one, two, three):
        consent.grant(person, Purpose.MARKETING, "sms", source="test")
    for person in (one, two):
        consent.grant(person, Purpose.MARKETING, "email", source="test")
    campaign = launch(make("email", "sms"))
    told = dict(Delivery.objects.filter(campaign=campaign).values_list("customer", "why"))
    assert told == {one.pk: "preferred", two.pk: "first", three.pk: "no_consent"}
