"""A seller's day without a mouse: log a follow-up, finish a task, take it back, find one's way."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.tests.browser.conftest import Look, Opener
from crm.tests.browser.pages import settle
from customers.factories import found
from customers.tasks.models import Task

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_follow_up_becomes_a_task_that_is_done(
    open_page: Opener, live_server: LiveServer, transactional_db: None
) -> None:
    seller = people.user(Role.SALES)
    customer = found(name="欧阳采薇", owner=seller)
    client = Client()
    client.force_login(seller)
    page = open_page(Look(), live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)
    page.goto(live_server.url + reverse("customers:detail", args=[customer.pk]))
    settle(page)

    page.keyboard.press("l")
    page.get_by_label("What came of it").fill("She wants ten boxes.")
    page.get_by_label("Next step").fill("Send the quote")
    page.get_by_label("Due").fill("2026-12-01")
    page.get_by_label("Next step").press("Enter")
    expect(page.locator("#entries")).to_contain_text("She wants ten boxes.")
    expect(page.locator("#next-step")).to_contain_text("Send the quote")

    Task.objects.update(due_on="2026-11-20")
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.locator("#day .overdue")).to_contain_text("Send the quote")
    page.get_by_role("button", name="Done: Send the quote").press("Enter")
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_role("button", name="Done: Send the quote")).to_be_visible()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.locator("#option-recent-1")).to_contain_text("欧阳采薇")
    page.keyboard.type("new task")
    page.locator("#option-create-1").wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_label("What to do")).to_be_focused()
