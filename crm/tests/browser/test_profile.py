"""A morning on the customer page: looking from the list, writing down, asking a colleague, going on."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.desk.notices.models import Notice
from crm.tests.browser.conftest import Look, Opener
from crm.tests.browser.office import Office
from customers.models import Customer

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_customer_is_worked_on_by_keyboard_alone(
    open_page: Opener, live_server: LiveServer, office: Office
) -> None:
    colleague = people.user(Role.OPERATIONS, name="Quentin Ash")
    client = Client()
    client.force_login(office.user)
    page = open_page(Look(), live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)
    page.goto(live_server.url + reverse("customers:list") + "?view=&sort=name")
    link = page.locator("#results tbody a.person").first
    name = link.locator("b").inner_text()

    link.focus()
    page.keyboard.press("Space")
    expect(page.locator("#preview h2")).to_contain_text(name)
    page.keyboard.press("Escape")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)

    page.locator("#note").focus()
    page.keyboard.type("Please call them, @Quen")
    expect(page.locator(".mention-list [role=option]")).to_contain_text("Quentin Ash")
    page.keyboard.press("Enter")
    page.keyboard.type("today")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".event.note").first).to_contain_text("Please call them, @Quentin Ash today")
    assert Notice.objects.get(user=colleague).reason == "mention"

    page.get_by_role("link", name="Call", exact=True).focus()
    page.keyboard.press("Enter")
    page.locator("#touch-minutes").focus()
    page.keyboard.type("7")
    page.get_by_role("button", name="Log call").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".event").first).to_contain_text("7 minutes")

    page.locator(".profile-head").click(position={"x": 2, "y": 2})
    page.keyboard.press("j")
    page.wait_for_url(re.compile(r"/customers/\d+/\?from="))
    expect(page.get_by_role("heading", level=1)).not_to_contain_text(name)
    page.keyboard.press("k")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    assert Customer.objects.filter(name=name).exists()
