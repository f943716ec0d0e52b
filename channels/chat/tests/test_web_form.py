"""A form without a script: what it asks and refuses, and the permission that needs a button in a mail."""

import re
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from channels import factories
from channels.chat import opting, web_forms
from channels.chat.models import OptIn
from channels.connectors.webform import WebFormForm
from channels.consent.models import ConsentEntry
from channels.inbox.models import Message
from channels.letters.models import Letter
from channels.models import Channel
from customers.models import Customer

pytestmark = pytest.mark.slow

SETTINGS = {
    "title_zh": "试用申请",
    "title_en": "Ask for a trial",
    "name": "required",
    "email": "required",
    "phone": "optional",
    "company": "optional",
    "message": "optional",
    "questions": "颜色 | Colour | choice: red; blue | required\n预算 | Budget | number",
    "asks_consent": True,
    "origins": "https://shop.example",
}
FILLED = {
    "name": "Mei Lin",
    "email": "Mei@Example.com",
    "company": "Blue Ltd",
    "question_0": "red",
    "question_1": "12.5",
    "consent": "on",
}


@pytest.fixture
def channel(db: None) -> Channel:
    factories.channel()  # by which letters go
    return factories.channel(connector="webform", kind="web", config=SETTINGS)


@pytest.fixture
def send(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(web_forms, "QUICKEST", -1)
    client = Client(enforce_csrf_checks=True)

    def sent(stamp: str = "", **fields: str) -> Any:
        given = {"stamp": stamp or web_forms.new_stamp(), **FILLED, **fields}
        return client.post(f"/forms/{channel.token}/?lang=en", given)

    return sent


def test_what_was_sent_is_a_message_and_says_who_it_was(send: Any) -> None:
    stamp = web_forms.new_stamp()
    for _ in range(2):  # a second click
        answer = send(stamp, message="When can you come?")
        assert answer.status_code == 302
    message = Message.objects.get()
    assert message.text == "When can you come?\nColour: red\nBudget: 12.5"
    assert message.subject == "Ask for a trial"
    customer = message.conversation.customer
    assert (customer.name, customer.email, customer.company) == ("Mei Lin", "mei@example.com", "Blue Ltd")
    send(name="Somebody Else", company="Other", email="mei@example.com")
    customer.refresh_from_db()
    assert (customer.name, customer.company) == ("Mei Lin", "Blue Ltd")
    assert Message.objects.filter(conversation__customer=customer).count() == 2


def test_only_the_button_in_the_mail_allows_offers(send: Any) -> None:
    send()
    send()  # one mailbox gets one mail an hour
    opt_in, letter = OptIn.objects.get(), Letter.objects.get()
    assert (letter.kind, letter.about) == ("opt_in", opt_in.key)
    draft = opting.draft(opt_in.key)
    assert draft is not None
    assert draft.to == "mei@example.com"
    address = draft.url.removeprefix("http://127.0.0.1:8000")
    client = Client(enforce_csrf_checks=True)
    for _ in range(2):
        assert client.get(address).status_code == 200
    assert not ConsentEntry.objects.exists()
    for _ in range(2):
        client.post(address)
    entry = ConsentEntry.objects.get()
    assert (entry.purpose, entry.channel, entry.state) == ("marketing", "email", "granted")
    assert entry.source == "web form"
    assert entry.text_version.startswith("marketing-")
    assert entry.evidence["form"] == "Ask for a trial"
    assert client.post(address[:-3] + "xx/").status_code == 200
    assert ConsentEntry.objects.count() == 1


def test_another_mailbox_confirms_nothing_for_the_customer(send: Any) -> None:
    send()
    Customer.objects.update(email="main@example.com")
    opting.confirm(OptIn.objects.get(), {})
    assert not ConsentEntry.objects.exists()
    assert Message.objects.filter(direction="note").count() == 1


def test_what_was_not_confirmed_is_forgotten(send: Any) -> None:
    send()
    OptIn.objects.update(asked_at="2026-01-01T00:00:00Z")
    assert opting.sweep() == 1


def test_machines_are_thanked_and_nothing_is_kept(send: Any) -> None:
    assert send(website="https://spam.example").status_code == 302
    assert not Message.objects.exists()


def test_what_is_wrong_is_said_and_what_was_typed_stays(send: Any, channel: Channel) -> None:
    answer = send(email="nobody", question_0="green", phone="12")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("invalid-feedback") == 3
    assert "Blue Ltd" in page
    for stamp in ("nonsense", signing.dumps("no number", salt=web_forms.SALT)):
        assert send(stamp).status_code == 422
    assert not Message.objects.exists()


def test_who_is_too_quick_is_asked_again(channel: Channel) -> None:
    answer = Client().post(f"/forms/{channel.token}/", {"stamp": web_forms.new_stamp(), **FILLED})
    assert answer.status_code == 422
    assert not Message.objects.exists()


def test_the_page_may_be_framed_by_the_named_sites_only(channel: Channel) -> None:
    answer = Client().get(f"/forms/{channel.token}/?lang=zh-hans")
    policy = answer["Content-Security-Policy"]
    assert re.search(r"frame-ancestors 'self' https://shop\.example(;|$)", policy)
    assert "X-Frame-Options" not in answer
    assert "颜色" in answer.content.decode()
    assert Client().get("/forms/nonsense/").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("questions", "only one part"),
        ("questions", "颜色 | Colour | choice"),
        ("questions", "颜色 | Colour | colour"),
        ("origins", "shop.example"),
        ("origins", "javascript://shop.example"),
        ("email", "optional"),
    ],
)
def test_settings_that_cannot_work_are_refused(field: str, value: str) -> None:
    form = WebFormForm({**SETTINGS, field: value})
    assert not form.is_valid()
    assert field in form.errors
    assert WebFormForm(SETTINGS).is_valid()
