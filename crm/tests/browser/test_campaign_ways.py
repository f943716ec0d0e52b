"""A campaign asks for a mail's words only where a mail may go."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from channels import factories as channels
from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.tests.browser.conftest import Look, Opener

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_chat_alone_asks_for_no_subject(
    open_page: Opener, live_server: LiveServer, transactional_db: None
) -> None:
    client = Client()
    client.force_login(people.user(Role.MARKETING))
    mail = channels.channel(name="Mails")
    chat = channels.channel(
        name="Chat", kind="whatsapp", connector="whatsapp", config={"phone_number_id": "1"}
    )
    page = open_page(Look(), live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)
    page.goto(f"{live_server.url}{reverse('campaigns:new')}")
    subject, body = page.locator("[name=subject]"), page.locator("[name=body]")
    short = page.locator("[name=way1-text]")

    page.locator("[name=channel]").select_option(str(chat.pk))
    expect(short).to_be_visible()
    expect(subject).to_be_hidden()
    expect(body).to_be_hidden()
    page.locator("[name=way2-channel]").select_option(str(mail.pk))
    expect(subject).to_be_visible()
    page.locator("[name=way2-channel]").select_option("")
    page.locator("[name=channel]").select_option(str(mail.pk))
    expect(body).to_be_visible()
    expect(short).to_be_hidden()
