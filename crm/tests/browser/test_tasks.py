"""A seller's day without a mouse: log a follow-up, finish a task, take it back, move it, find one's way."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.tests.browser.conftest import Look, Opener
from crm.tests.browser.pages import settle
from customers import factories
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


def test_a_task_is_moved_in_the_calendar(
    open_page: Opener, live_server: LiveServer, transactional_db: None
) -> None:
    seller, day = people.user(Role.SALES), date(date.today().year + 1, 3, 10)
    task = factories.task(seller, title="Taste the harvest", due_on=day)
    client = Client()
    client.force_login(seller)
    page = open_page(Look(), live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)
    page.goto(f"{live_server.url}{reverse('tasks:calendar')}?on={day}")
    settle(page)

    page.get_by_role("link", name="Taste the harvest").drag_to(page.locator(cell(day + timedelta(days=2))))
    expect_on(page, day + timedelta(days=2))
    expect(page.locator("#drawer")).to_be_hidden()
    page.get_by_role("link", name="Taste the harvest").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect_on(page, day + timedelta(days=9))
    expect(page.get_by_role("link", name="Taste the harvest")).to_be_focused()
    page.keyboard.press("Alt+ArrowLeft")
    expect_on(page, day + timedelta(days=8))

    Task.objects.update(state="done", closed_at="2026-11-20T10:00Z", closed_by=seller)
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.get_by_text("This task is closed.")).to_be_visible()
    expect(page.locator(cell(day + timedelta(days=8)))).to_contain_text(task.title)


def cell(day: date) -> str:
    return f'[data-drop="{day}"]'


def expect_on(page: Page, day: date) -> None:
    settle(page)
    expect(page.locator(cell(day))).to_contain_text("Taste the harvest")
    assert Task.objects.get().due_on == day
