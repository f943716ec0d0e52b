"""What a seller does all day without a mouse: take in a customer, write to them, take a list along."""

import csv
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from channels.campaigns.tests.conftest import Sink, channel, sink
from channels.direct import tasks
from channels.direct.models import DirectMessage
from channels.direct.services import SECOND_THOUGHTS
from channels.models import Channel
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.tests.browser.conftest import Look, Opener
from crm.tests.browser.pages import PATIENCE, settle
from customers import services
from customers.models import Customer

__all__ = ["channel", "sink"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def seller(transactional_db: None) -> User:
    return people.user(Role.SALES, name="Sella Marsh")


@pytest.fixture
def opener(open_page: Opener, live_server: LiveServer, seller: User) -> Opener:
    """Opens the customer list as the seller sees it."""

    def opened(look: Look) -> Page:
        client = Client()
        client.force_login(seller)
        page = open_page(look, live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)
        page.goto(live_server.url + reverse("customers:list"))
        settle(page)
        return page

    return opened


def test_a_customer_is_taken_in_and_written_to(
    opener: Opener, seller: User, channel: Channel, sink: Sink
) -> None:
    services.create({"name": "Ada Known", "phone": "+8613812345678"}, by=seller)
    page = opener(Look())
    press(page.get_by_role("link", name="New customer"))
    phone = page.locator("#id_phone")
    write(page.locator("#id_name"), "Ben Newcomer")
    write(page.locator("#id_email"), "ben@example.com")
    write(phone, "138 1234 5678")
    page.keyboard.press("Tab")
    alike = page.locator("#alike")
    expect(alike).to_contain_text("This phone or e-mail is already known")
    expect(alike.get_by_role("link", name="Ada Known")).to_be_visible()

    write(phone, "138 1234 5679")
    page.keyboard.press("Tab")
    expect(alike).to_be_empty()
    phone.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ben Newcomer")
    made = Customer.objects.get(name="Ben Newcomer")
    assert (made.owner, made.phone) == (seller, "+8613812345679")
    assert page.url.endswith(reverse("customers:detail", args=[made.pk]))

    press(page.get_by_role("link", name="Message", exact=True))
    expect(page.locator("#composer")).to_contain_text("b••••@example.com")
    write(page.get_by_label("Subject"), "Your samples")
    write(page.locator("#message-text"), "They leave tomorrow.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("The message leaves in ten seconds.")
    later = timezone.now() - SECOND_THOUGHTS
    assert DirectMessage.objects.update(due_at=later) == 1
    tasks.sweep()
    page.reload()
    expect(page.locator("#entries")).to_contain_text("They leave tomorrow.")
    assert sink.mail("ben@example.com")["Subject"] == "Your samples"


def test_a_narrowed_list_is_taken_along(opener: Opener, seller: User, tmp_path: Path) -> None:
    for name, phone in (("李明", "13800001111"), ("李芳", "13800002222"), ("张伟", "13800003333")):
        services.create({"name": name, "phone": phone, "email": "a@example.com"}, by=seller)
    services.create({"name": "李他人"}, by=people.user(Role.SALES))
    page = opener(Look("zh-hans"))
    rows = page.locator("#results tbody tr")
    expect(rows).to_have_count(3)
    page.keyboard.press("f")
    page.keyboard.type("李")
    expect(rows).to_have_count(2)
    settle(page)
    press(page.get_by_role("button", name="列", exact=True))
    for column in ("电话", "邮箱"):
        page.get_by_role("checkbox", name=column, exact=True).press("Space")
    press(page.get_by_role("dialog", name="列与行").get_by_role("button", name="应用"))
    expect(page.locator("#results th").filter(has_text="电话")).to_be_visible()

    for key in "jxjx":
        page.keyboard.press(key)
    expect(page.locator(".bulk-bar [data-selected]")).to_have_text("2")
    settle(page)
    press(page.locator(".bulk-bar").get_by_role("button", name="导出"))
    expect(page.get_by_role("heading", level=1)).to_have_text("导出客户")
    settle(page)
    press(page.get_by_role("button", name="导出"))
    expect(page.locator("#export")).to_contain_text("可下载", timeout=PATIENCE)
    with page.expect_download() as fetched:
        press(page.get_by_role("link", name="下载"))
    file = tmp_path / "customers.csv"
    fetched.value.save_as(file)
    titles, *lines = csv.reader(file.open(encoding="utf-8-sig"))
    assert {titles[0], titles[-1]} == {"客户", "导出人"}
    found = [dict(zip(titles, line, strict=True)) for line in lines]
    assert {one["客户"]: one["电话"] for one in found} == {"李明": "138••••1111", "李芳": "138••••2222"}
    assert {one["邮箱"] for one in found} == {"a••••@example.com"}


def press(target: Locator) -> None:
    target.focus()
    target.press("Enter")


def write(field: Locator, text: str) -> None:
    """Over what stands there."""
    field.focus()
    field.press("Control+a")
    field.page.keyboard.type(text)
