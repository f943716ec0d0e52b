"""A marketing user lets a journey's message say what a template says."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from channels import factories as channels
from channels.campaigns.templating import services as templates
from channels.campaigns.templating.tests import drawing
from channels.journeys.tests.conftest import design, journey, wait
from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.tests.browser.conftest import Look, Opener

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_chosen_template_takes_the_place_of_the_text(
    open_page: Opener, live_server: LiveServer, transactional_db: None
) -> None:
    marketer, client = people.user(Role.MARKETING), Client()
    client.force_login(marketer)
    mail = channels.channel(name="Mails")
    text = channels.channel(name="Texts", kind="sms", connector="sms_http")
    for name, kind in (("Welcome", "email"), ("Short", "sms")):
        template = templates.create(name, kind, drawing.design(drawing.block(1)), by=marketer)
        templates.keep(template, "", by=marketer)
    made = journey(design(wait(1)), marketer, on=False)
    page = open_page(Look(), live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)
    page.goto(f"{live_server.url}{reverse('journeys:step-new', args=[made.pk])}?at=0&kind=message")

    version, body = page.locator("[name=version]"), page.locator("[name=body]")
    page.locator("[name=channel]").select_option(str(mail.pk))
    expect(body).to_be_visible()
    version.select_option(label="Welcome · version 1")
    expect(body).to_be_hidden()
    expect(page.locator("[name=subject]")).to_be_hidden()
    page.locator("[name=channel]").select_option(str(text.pk))
    expect(body).to_be_visible()
    expect(version.locator("option:enabled")).to_have_text(["Written here", "Short · version 1"])
    version.select_option(label="Short · version 1")
    page.get_by_role("button", name="Save").last.click()
    expect(page.locator(".journey-card", has_text="Short · version 1")).to_contain_text("Texts")


def test_a_chat_asks_for_a_text_and_for_what_stands_in_the_providers_template(
    open_page: Opener, live_server: LiveServer, transactional_db: None
) -> None:
    marketer, client = people.user(Role.MARKETING), Client()
    client.force_login(marketer)
    mail = channels.channel(name="Mails")
    config = {"phone_number_id": "12345", "templates": "spring|en|Hello {{1}}\nautumn|en|Dear {{1}}"}
    chat, bare = (
        channels.channel(name=name, kind="whatsapp", connector="whatsapp", config=given)
        for name, given in (("Chat", config), ("Bare", {"phone_number_id": "67890"}))
    )
    made = journey(design(wait(1)), marketer, on=False)
    page = open_page(Look(), live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)
    page.goto(f"{live_server.url}{reverse('journeys:step-new', args=[made.pk])}?at=0&kind=message")

    channel, template = page.locator("[name=channel]"), page.locator("[name=template]")
    blanks, subject = page.locator("[name=blanks]"), page.locator("[name=subject]")
    channel.select_option(str(bare.pk))
    expect(subject).to_be_hidden()
    expect(template).to_be_hidden()
    channel.select_option(str(chat.pk))
    expect(template).to_be_visible()
    expect(blanks).to_be_hidden()
    template.select_option(label="Chat: spring")
    expect(blanks).to_be_visible()
    shown = page.locator(".approved .phone-bubble")
    expect(shown).to_have_text("Hello 1")
    template.select_option(label="Chat: autumn")
    expect(shown).to_have_text("Dear 1")
    channel.select_option(str(mail.pk))
    expect(subject).to_be_visible()
    expect(template).to_be_hidden()
    channel.select_option(str(chat.pk))
    template.select_option(label="Chat: spring")
    blanks.click()
    page.get_by_role("button", name="Full name").click()
    expect(blanks).to_have_value("{{ name }}")
    expect(shown).to_have_text("Hello {{ name }}")
    page.get_by_role("button", name="Save").last.click()
    expect(page.locator(".journey-card", has_text="Template “spring”")).to_contain_text("Chat")
