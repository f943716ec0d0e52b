"""A newcomer wins a customer back: draws, tries out, switches on, plays the customer, and orders."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from playwright.sync_api import Page, expect

from channels import factories, secrets
from channels.conftest import sandbox
from channels.connectors import registry
from channels.consent import services as consent
from channels.consent.models import Purpose
from channels.inbound import ingesting
from channels.journeys import running
from channels.journeys.models import Journey
from channels.live.tests.serving import serving
from channels.sandbox.server import Sandbox
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.tests.browser.conftest import Look, Opener
from customers.factories import customer
from customers.models import Customer
from customers.orders.models import Product
from segments.factories import segment
from segments.models import Membership, Segment

__all__ = ["sandbox"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

OFFER = "10% off until Sunday"


@pytest.fixture
def crm(sandbox: Sandbox) -> Iterator[str]:
    with serving() as address:
        yield address


def lapsed(name: str, group: Segment, days: int) -> Customer:
    one = customer(name=name, email=f"{name.lower()}@example.com", phone=f"+861390000{days:04}")
    consent.grant(one, Purpose.MARKETING, "email", source="test", at=timezone.now())
    Membership.objects.create(segment=group, customer=one, entered_at=timezone.now() - timedelta(days=days))
    return one


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_newcomer_wins_a_customer_back(open_page: Opener, crm: str, language: str) -> None:
    newcomer = people.user(*Role, language=language)
    group = segment(name="Lapsed", created_by=newcomer)
    lapsed("Marta", group, 9)
    factories.channel(name="Mail")
    till = registry.get("pos")
    key = secrets.seal({"signing_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
    factories.channel(connector="pos", kind=till.kind, name="Till", config={"sandbox": True}, secret=key)
    Product.objects.create(sku="shoe", name="Shoe", price=80)
    page = open_page(Look(language), crm, session_of(newcomer))
    with translation.override(language):
        draw(page, crm)
        try_out(page)
        page.get_by_role("button", name=_("Switch on")).click()
        expect(page.locator(".journey-totals").first).to_be_visible()
        journey = Journey.objects.get()
        lapsed("Emma", group, 0)
        running.go_on(journey.pk)
        play(page, crm, "Emma")
        running.go_on(journey.pk)
        page.goto(crm + reverse("journeys:detail", args=[journey.pk]))
        reached = page.locator(".journey-totals > div", has_text=_("Reached the goal")).locator("dd")
        expect(reached).to_contain_text("1")


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def draw(page: Page, crm: str) -> None:
    page.goto(crm + reverse("journeys:list"))
    page.get_by_role("link", name=_("New journey")).first.click()
    page.get_by_role("button", name=_("Win back")).click()
    page.locator("#id_segment").select_option(label="Lapsed")
    expect(page.locator("#id_festival")).to_be_hidden()
    page.get_by_role("button", name=_("Save"), exact=True).last.click()
    page.locator(".journey-message a.strong").first.click()
    page.locator("#id_body").fill(f"{OFFER}, {{{{ name }}}}!")
    page.get_by_role("button", name=_("Save"), exact=True).last.click()
    expect(page.locator(".journey-card.wrong")).to_have_count(0)


def try_out(page: Page) -> None:
    page.get_by_role("link", name=_("Try it out")).click()
    would = page.locator(".journey-totals > div", has_text=_("Would enter")).locator("dd")
    expect(would).to_have_text("1")
    page.get_by_role("link", name=_("Back to the sheet")).click()


def play(page: Page, crm: str, name: str) -> None:
    """Reads the mail on the customer's phone, and buys."""
    page.goto(crm + reverse("phones:page"))
    one = Customer.objects.get(name=name)
    page.locator("#task-customer").fill(name)
    page.locator("#task-candidates label, #task-candidates button").first.click()
    page.get_by_role("button", name=_("Pick up the phone")).click()
    expect(page.locator(".phone", has_text="Mail")).to_contain_text(f"{OFFER}, {name}!")
    page.get_by_role("button", name=_("Buy")).click()
    expect(page.locator(".phone", has_text="Till").locator(".bubble.mine")).to_be_visible()
    ingesting.drain()
    assert one.orders.exists()
