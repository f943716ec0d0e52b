"""A guest registers on the public page; at the door a phone lets them in."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from channels.events import forms, links
from channels.events.factories import event
from channels.events.models import Registration
from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.tests.browser.conftest import Look, Opener
from crm.tests.browser.pages import barriers, settle

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_guest_registers_and_is_let_in(
    open_page: Opener, live_server: LiveServer, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "QUICKEST", -1)
    made = event(capacity=1)
    page = open_page(Look(width=390), live_server.url)
    page.goto(live_server.url + "/" + links.page_of(made).split("/", 3)[3])
    page.get_by_label("Your name").fill("Emma Stone")
    page.get_by_label("E-mail").fill("emma@mail.example")
    assert barriers(page) == []
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()

    found = Registration.objects.get()
    page.goto(live_server.url + "/" + links.ticket_of(found).split("/", 3)[3])
    expect(page.get_by_text(found.code)).to_be_visible()
    assert barriers(page) == []

    client = Client()
    client.force_login(people.user(Role.OPERATIONS))
    door = open_page(Look(width=390), live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)
    door.goto(live_server.url + reverse("events:scan", args=[found.code]))
    settle(door)
    assert barriers(door) == []
    door.get_by_role("button", name="Check in").click()
    expect(door.get_by_text("1 of 1 are here")).to_be_visible()
