"""A visitor on somebody else's website, under that site's own strict policy, talks with a colleague."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from channels import factories
from channels.inbox.models import Conversation, Message
from channels.live import presence
from channels.live.tests.serving import serving, until
from channels.models import Channel
from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.tests.browser.conftest import Look, Opener

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGE = (
    '<!doctype html><html lang="en"><title>Shop</title><h1>A shop</h1><script src="{script}" async></script>'
)
POLICY = "default-src 'none'; script-src {crm}; connect-src {crm}; base-uri 'none'; form-action 'none'"


@pytest.fixture
def crm(transactional_db: None) -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture
def shop(crm: str) -> Iterator[tuple[str, Channel]]:
    """Another origin: its pages allow our server's script and nothing else."""
    channel = factories.channel(connector="chat", kind="chat", config={"colour": "#1f6feb"})
    script = f"{crm}/chat/{channel.token}/widget.js"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", POLICY.format(crm=crm))
            self.end_headers()
            self.wfile.write(PAGE.format(script=script).encode() if found else b"")

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://localhost:{server.server_port}"
    Channel.objects.filter(pk=channel.pk).update(config={**channel.config, "origins": address})
    yield address, channel
    server.shutdown()
    server.server_close()


def test_visitor_and_colleague_talk_without_loading_anything_anew(
    open_page: Opener, crm: str, shop: tuple[str, Channel]
) -> None:
    address, _channel = shop
    agent = people.user(Role.OPERATIONS, name="Li Na")
    client = Client()
    client.force_login(agent)
    office = open_page(Look(), crm, client.cookies[settings.SESSION_COOKIE_NAME].value)
    office.goto(crm + reverse("inbox:list") + "?queue=unassigned")
    website = open_page(Look(width=390), address)
    website.goto(address)
    website.get_by_role("button", name="Chat with us").click()
    box = website.get_by_role("textbox", name="Write a message…")
    box.fill("Do you have it in <b>blue</b>?")
    box.press("Enter")
    said = website.get_by_role("log").get_by_text("Do you have it in <b>blue</b>?")
    expect(said).to_be_visible()
    # It came live into the list that was open all the time.
    row = office.locator(".inbox-row").first
    expect(row).to_contain_text("in <b>blue</b>?")
    conversation = Conversation.objects.get()
    office.goto(crm + reverse("inbox:conversation", args=[conversation.pk]))
    expect(office.locator("#stream")).to_contain_text("in <b>blue</b>?")
    presence.types(f"conversation:{conversation.pk}", agent.pk)
    expect(website.get_by_role("log")).to_contain_text("is typing…")
    office.locator("#reply-text").fill("Yes, in two blues.")
    office.locator("#reply-text").press("Control+Enter")
    expect(website.get_by_role("log")).to_contain_text("Yes, in two blues.")
    until(lambda: Message.objects.filter(direction="out").exclude(read_at=None).exists())
    box.fill("The dark one, please.")
    box.press("Enter")
    expect(office.locator("#stream")).to_contain_text("The dark one, please.")
    # Who comes back finds what was said.
    website.reload()
    website.get_by_role("button", name="Chat with us").click()
    expect(website.get_by_role("log")).to_contain_text("Yes, in two blues.")
    expect(website.get_by_role("log").get_by_text("The dark one, please.")).to_have_count(1)
    # Before the server goes: a stream that breaks is an error to the browser.
    for page in (website, office):
        page.close()
