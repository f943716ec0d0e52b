"""By keyboard: fill in a field of the company's own, and say who belongs to whom."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.tests.browser.conftest import Look, Opener
from customers import factories
from customers.relations.models import Relation

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_field_and_a_relation_are_added_by_keyboard(
    open_page: Opener, live_server: LiveServer, db: None
) -> None:
    user = people.user(Role.OPERATIONS)
    factories.field(key="favourite", label="Favourite drink")
    customer, friend = factories.found(name="Wang Wei"), factories.found(name="Li Na")
    client = Client()
    client.force_login(user)
    page = open_page(Look(), live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)
    page.goto(live_server.url + reverse("customers:detail", args=[customer.pk]))

    page.locator("#own-favourite .field-value").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#own-favourite input[type=text]")).to_be_focused()
    page.keyboard.type("Flat white")
    page.keyboard.press("Enter")
    expect(page.locator("#own-favourite .field-value")).to_have_text("Flat white")

    page.locator("[data-opens=relations-drawer]").focus()
    page.keyboard.press("Enter")
    page.locator("#relation-role").select_option("referral:from")
    page.locator("#relation-other").focus()
    page.keyboard.type("li na")
    expect(page.locator("#relation-candidates [role=option]")).to_contain_text("Li Na")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("#relations .row-list")).to_contain_text("Li Na")
    assert Relation.objects.get().one == friend
