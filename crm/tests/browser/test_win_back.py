"""A newcomer wins a customer back: an offer, a journey, a dry run, and an order of the customer they play."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from playwright.sync_api import Locator, Page, expect

from channels import factories, secrets
from channels.conftest import sandbox
from channels.consent import services as consent
from channels.consent.models import Purpose
from channels.inbound import ingesting
from channels.journeys import running
from channels.journeys.models import Journey
from channels.live.tests.serving import serving
from channels.offers.models import Offer
from channels.sandbox.server import Sandbox
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.tests.browser.conftest import Look, Opener
from crm.tests.browser.pages import settle
from customers import services as customers
from customers.models import Customer
from customers.orders.models import Product
from segments.factories import segment
from segments.models import Membership, Segment

__all__ = ["sandbox"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

OFFER = "Autumn thanks"
CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")


@pytest.fixture
def crm(sandbox: Sandbox) -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_newcomer_wins_a_customer_back(crm: str, open_page: Opener, language: str) -> None:
    newcomer, group = company()
    page = open_page(Look(language), crm, session_of(newcomer))
    with translation.override(language):
        make_offer(page, crm)
        draw(page, crm)
        try_out(page)
        page.get_by_role("button", name=_("Switch on")).click()
        expect(total(page, _("Under way"))).to_have_text("0")
        lapsed("Emma", group, days=0)
        running.go_on(Journey.objects.get().pk)
        code = play(page, crm, "Emma")
        running.go_on(Journey.objects.get().pk)
        page.goto(crm + reverse("journeys:detail", args=[Journey.objects.get().pk]))
        expect(total(page, _("Reached the goal"))).to_have_text("1 100.0%")
        redeem(page, crm, code)


def company() -> tuple[User, Segment]:
    """Whoever may do everything, a channel and a till that end in the sandbox, and somebody to win back."""
    newcomer = people.user(*Role)
    group = segment(name="Lapsed", created_by=newcomer)
    lapsed("Marta", group, days=9)
    factories.channel(name="Mail")
    key = secrets.seal({"signing_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
    factories.channel(connector="pos", kind="store", name="Till", config={"sandbox": True}, secret=key)
    Product.objects.create(sku="shoe", name="Shoe", price=80)
    return newcomer, group


def lapsed(name: str, group: Segment, *, days: int) -> Customer:
    said = {"name": name, "email": f"{name.lower()}@example.com", "phone": f"+86138123456{days:02}"}
    one = customers.create(said, by=group.created_by)
    consent.grant(one, Purpose.MARKETING, "email", source="test", at=timezone.now())
    Membership.objects.create(segment=group, customer=one, entered_at=timezone.now() - timedelta(days=days))
    return one


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def make_offer(page: Page, crm: str) -> None:
    page.goto(crm + reverse("offers:list"))
    page.get_by_role("link", name=_("New offer")).first.click()
    page.locator("#id_name").fill(OFFER)
    page.locator("#id_gives").select_option("amount")
    expect(page.locator("#id_percent")).to_be_hidden()
    page.locator("#id_gives").select_option("percent")
    page.locator("#id_percent").fill("10")
    page.locator("#id_number").fill("20")
    page.get_by_role("button", name=_("Save"), exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(OFFER)
    assert Offer.objects.get().codes_made == 20


def draw(page: Page, crm: str) -> None:
    page.goto(crm + reverse("journeys:list"))
    page.get_by_role("link", name=_("New journey")).first.click()
    page.get_by_role("button", name=_("Win back")).click()
    page.locator("#id_segment").select_option(label="Lapsed")
    expect(page.locator("#id_festival")).to_be_hidden()
    save(page)
    page.locator(".journey-message a.strong").first.click()
    page.locator("#id_body").fill("{{ name }}, 10%: {{ coupon }}")
    page.locator("#id_offer").select_option(label=OFFER)
    save(page)
    expect(page.locator(".journey-message").first).to_contain_text(OFFER)
    expect(page.locator(".journey-card.wrong")).to_have_count(0)


def save(page: Page) -> None:
    page.get_by_role("button", name=_("Save"), exact=True).last.click()


def try_out(page: Page) -> None:
    page.get_by_role("link", name=_("Try it out")).click()
    expect(total(page, _("Would enter"))).to_have_text("1")
    page.get_by_role("link", name=_("Back to the sheet")).click()


def total(page: Page, label: str) -> Locator:
    return page.locator(".journey-totals > div", has=page.get_by_text(label, exact=True)).locator("dd")


def play(page: Page, crm: str, name: str) -> str:
    """Reads the mail on the customer's phone, and buys. Returns the code that stands in it."""
    page.goto(crm + reverse("phones:page"))
    page.locator("#task-customer").fill(name)
    page.locator("#task-candidates label, #task-candidates button").first.click()
    page.get_by_role("button", name=_("Pick up the phone")).click()
    mail = page.locator(".phone", has_text="Mail")
    expect(mail).to_contain_text(f"{name}, 10%: ")
    code = CODE.search(mail.inner_text())
    assert code
    page.get_by_role("button", name=_("Buy")).click()
    expect(page.locator(".phone", has_text="Till").locator(".bubble.mine")).to_be_visible()
    ingesting.drain()
    assert Customer.objects.get(name=name).orders.exists()
    return code[0]


def redeem(page: Page, crm: str, code: str) -> None:
    """At the counter, where the customer shows the code."""
    page.goto(crm + reverse("offers:check"))
    page.locator("#id_code").fill(code.lower())
    page.locator("#id_amount").fill("80")
    page.get_by_role("button", name=_("Check"), exact=True).click()
    expect(page.locator(".coupon-worth")).to_contain_text("8")
    page.locator("#redeem-number").fill("A-1")
    page.get_by_role("button", name=_("Redeem"), exact=True).click()
    settle(page)
    page.goto(crm + reverse("offers:detail", args=[Offer.objects.get().pk]))
    expect(page.locator(".kpi", has=page.get_by_text(_("Redeemed"), exact=True))).to_contain_text("1")
