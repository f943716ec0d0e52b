"""Without a mouse: searching, narrowing a list, paging, mending a form, changing how it all looks."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from crm.tests.browser.conftest import Look, Opener
from crm.tests.browser.office import Office
from crm.tests.browser.pages import settle
from customers.factories import found
from customers.models import Customer

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(open_page: Opener, live_server: LiveServer, office: Office) -> Page:
    client = Client()
    client.force_login(office.user)
    opened = open_page(Look(), live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)
    opened.goto(live_server.url + reverse("customers:list"))
    return opened


def test_the_palette_finds_a_customer_by_pinyin(page: Page) -> None:
    name = "欧阳采薇"
    found(name=name)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Search")).to_be_visible()
    page.keyboard.type("ouyangcaiwei")
    expect(page.locator("#palette-results [role=option]").first).to_contain_text(name)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def test_a_list_is_narrowed_and_paged(page: Page) -> None:
    rows = page.locator("#results tbody tr")
    first = rows.first.inner_text()
    press(page, "Next")
    expect(rows.first).not_to_have_text(first)
    press(page, "Previous")
    settle(page)
    assert rows.first.inner_text() == first
    name = Customer.objects.filter(kind="person").order_by("pk")[0].name
    page.locator("#q").focus()
    page.keyboard.type(name)
    expect(rows.first).to_contain_text(name)
    expect(page).to_have_url(re.compile("q="))


def test_a_form_says_beside_the_field_what_is_wrong(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url + reverse("campaigns:new"))
    subject = page.get_by_label("Subject")
    subject.focus()
    page.keyboard.type("Hello {{ nickname }}")
    page.keyboard.press("Enter")
    field = page.locator("#div_id_subject")
    expect(field.locator(".invalid-feedback")).to_contain_text("nickname")
    expect(subject).to_have_value("Hello {{ nickname }}")
    expect(subject).to_have_attribute("aria-invalid", "true")


def test_language_and_appearance_are_changed(page: Page) -> None:
    page.locator(".account-button").focus()
    page.keyboard.press("Enter")
    press(page, "Dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    # It shows before the server was told, and a reload breaks off what is on its way.
    settle(page)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="中").focus()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.get_by_role("heading", level=1)).to_have_text("客户")


def press(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name)).first.focus()
    page.keyboard.press("Enter")
