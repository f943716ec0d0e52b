"""Answering by keys alone: open the queue, read, answer, take it back, note, close."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from channels import factories
from channels.inbox.models import Conversation
from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.tests.browser.conftest import Look, Opener
from crm.tests.browser.pages import settle
from customers.factories import found

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_question_is_answered_without_a_mouse(
    open_page: Opener, live_server: LiveServer, transactional_db: None
) -> None:
    agent = people.user(Role.OPERATIONS)
    for name in ("欧阳采薇", "Ada Lovelace"):
        conversation = factories.conversation(found(name=name, email="a@example.com"), assignee=agent)
        factories.message(conversation, text=f"Where is my parcel, asks {name}?")
    client = Client()
    client.force_login(agent)
    page = open_page(Look(), live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)
    page.goto(live_server.url)
    page.keyboard.press("g")
    page.keyboard.press("b")
    expect(page.locator(".inbox-row")).to_have_count(2)
    settle(page)

    page.keyboard.press("j")
    expect(page.locator("#conversation-head h2")).to_have_text("Ada Lovelace")
    settle(page)
    page.keyboard.press("r")
    expect(page.locator("#reply-text")).to_be_focused()
    page.keyboard.type("It comes tomorrow.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message.out")).to_contain_text("It comes tomorrow.")
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.locator(".message.out")).to_have_count(0)
    expect(page.locator("#reply-text")).to_have_value("It comes tomorrow.")

    settle(page)
    page.locator("#page").focus()
    page.keyboard.press("n")
    expect(page.locator(".noting #reply-text")).to_be_focused()
    page.keyboard.type("Ask the warehouse first.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message.note")).to_contain_text("Ask the warehouse first.")
    settle(page)
    page.locator("#page").focus()
    page.keyboard.press("e")
    page.get_by_role("button", name="Solved").press("Enter")
    expect(page.locator("#conversation-head .badge").first).to_have_text("Closed")
    assert Conversation.objects.filter(status="closed").count() == 1
