"""Changing a customer where it stands, by keyboard: save, take back, give up, be told, choose."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.tests.browser.conftest import Look, Opener
from crm.tests.browser.pages import PATIENCE, settle
from customers import services
from customers.models import Customer

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_field_is_saved_on_leaving_undone_given_up_mended_and_chosen(
    open_page: Opener, live_server: LiveServer, transactional_db: None
) -> None:
    user, mate = people.user(Role.OPERATIONS), people.user(Role.OPERATIONS, name="Mate")
    customer = services.create({"name": "Li Ming", "city": "Lyon", "email": "li@example.com"}, by=user)
    client = Client()
    client.force_login(user)
    page = open_page(Look(), live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)
    page.goto(live_server.url + reverse("customers:detail", args=[customer.pk]))
    city, shown = page.locator("#field-city"), page.locator("#value-city")

    open_field(page, "city")
    page.keyboard.type("Paris")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(shown).to_have_text("Paris")

    page.locator(".toast .toast-undo:visible").press("Enter")
    expect(shown).to_have_text("Lyon", timeout=PATIENCE)
    settle(page)

    open_field(page, "city")
    page.keyboard.type("nonsense")
    page.keyboard.press("Escape")
    expect(shown).to_have_text("Lyon")
    expect(shown).to_be_focused()

    open_field(page, "email")
    page.keyboard.type("no address")
    page.keyboard.press("Enter")
    expect(page.locator("#field-email .invalid-feedback")).to_be_visible()
    expect(page.locator("#id_email")).to_have_value("no address")
    page.keyboard.press("Escape")

    open_field(page, "city")
    services.update(customer, {"city": "Nice"}, version=Customer.objects.get().version, by=mate)
    page.keyboard.type("Brest")
    page.keyboard.press("Enter")
    expect(city.locator(".clash")).to_contain_text("Nice")
    settle(page)
    city.get_by_role("button", name="Save mine").press("Enter")
    expect(shown).to_have_text("Brest", timeout=PATIENCE)

    # On a tablet the details stand beside the timeline as well.
    page.set_viewport_size({"width": 900, "height": 800})
    open_field(page, "city")
    expect(page.locator("#id_city")).to_be_in_viewport()


def open_field(page: Page, name: str) -> None:
    page.locator(f"#value-{name}").press("Enter")
    expect(page.locator(f"#field-{name} [name={name}]")).to_be_focused()
