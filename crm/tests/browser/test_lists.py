"""The customer list at work: conditions, columns, a saved list, a bulk change and its undoing."""

import re
import time

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.tests.browser.conftest import Look, Opener
from crm.tests.browser.pages import settle
from customers import factories
from customers.models import Customer

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(open_page: Opener, live_server: LiveServer, transactional_db: None) -> Page:
    client = Client()
    client.force_login(people.user(Role.OPERATIONS, Role.MARKETING))
    for number in range(6):
        factories.found(name=f"Customer {number}", city="Bern" if number % 2 else "Basel")
    opened = open_page(Look(), live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)
    opened.goto(live_server.url + reverse("customers:list"))
    return opened


def test_a_list_is_narrowed_kept_and_changed(page: Page) -> None:
    page.get_by_role("link", name="Condition", exact=True).click()
    page.get_by_label("What", exact=True).select_option("profile.city")
    page.get_by_label("How", exact=True).select_option("contains")
    page.get_by_label("Value", exact=True).fill("Bern")
    settle(page)
    page.get_by_role("button", name="Apply").last.click()
    rows = page.locator("#results tbody tr")
    expect(rows).to_have_count(3)
    expect(page.locator(".list-bar .chip")).to_contain_text("City contains Bern")

    page.get_by_role("link", name="Save this list").click()
    page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("People in Bern")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="People in Bern")).to_have_attribute("aria-current", "page")

    page.locator("[data-select-page]").check()
    page.get_by_role("button", name="Add tags").click()
    page.get_by_label("Tags").fill("VIP")
    expect(page.get_by_role("button", name="Change 3")).to_be_visible()
    page.get_by_role("button", name="Change 3").click()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    assert Customer.objects.filter(tags=["VIP"]).count() == 3


def test_what_is_typed_while_the_conditions_are_shown_anew_stays(page: Page, live_server: LiveServer) -> None:
    def slowly(route: Route) -> None:
        time.sleep(0.4)
        route.continue_()

    page.goto(live_server.url + reverse("segments:new"))
    page.get_by_label("What", exact=True).select_option("profile.city")
    settle(page)
    page.get_by_label("How", exact=True).select_option("contains")
    settle(page)
    page.get_by_role("button", name="Condition", exact=True).click()
    settle(page)
    page.route(re.compile("/segments/draft/"), slowly)
    page.get_by_label("What", exact=True).nth(1).select_option("profile.company")
    # The answer is on its way; the colleague goes on.
    page.get_by_label("Value", exact=True).first.press_sequentially("Bern", delay=20)
    page.get_by_label("How", exact=True).first.select_option("starts")
    settle(page)
    expect(page.get_by_label("How", exact=True)).to_have_count(2)
    expect(page.get_by_label("Value", exact=True).first).to_have_value("Bern")
    expect(page.get_by_label("How", exact=True).first).to_have_value("starts")
