"""What a visitor's browser asks, and what others cannot."""

import hmac
import json
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from channels import factories, secrets
from channels.chat import public_views
from channels.chat.visitors import Visitor
from channels.inbox import services as inbox
from channels.inbox.models import Conversation, Enclosure, Message
from channels.live.models import Event
from channels.models import Channel
from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import factories as customers
from customers.identity import stating

pytestmark = pytest.mark.slow
SITE = "https://shop.example"


@pytest.fixture
def channel(transactional_db: None) -> Channel:
    """News are told apart by transactions: in one that the test keeps open, others hide them by ending."""
    config = {"colour": "#336699", "origins": SITE, "shows_names": True, "ask_rating": True}
    secret = secrets.seal({"key": "a secret of sixteen"})
    return factories.channel(connector="chat", kind="chat", config=config, secret=secret)


class Page:
    """A visitor's browser on a website."""

    def __init__(self, channel: Channel, **setup: str) -> None:
        self.channel, self.client = channel, Client(enforce_csrf_checks=True)
        self.headers = {"Origin": SITE}
        self.begun = self.ask("setup/", language="en", **setup).json()
        self.headers["Authorization"] = f"Visitor {self.begun['visitor']}"

    def ask(self, path: str, **fields: Any) -> Any:
        return self.client.post(f"/chat/{self.channel.token}/{path}", fields, headers=self.headers)

    def get(self, path: str, **fields: Any) -> Any:
        return self.client.get(f"/chat/{self.channel.token}/{path}", fields, headers=self.headers)

    def say(self, text: str, number: Any = None, **fields: Any) -> Any:
        return self.ask("messages/", id=number or uuid4(), text=text, **fields)

    def news(self) -> list[dict[str, Any]]:
        answer = self.get("messages/", since=self.begun["cursor"]).json()
        return list(answer["news"])


def test_a_question_becomes_a_message_once(channel: Channel) -> None:
    page, number = Page(channel), uuid4()
    for _ in range(3):
        assert page.say("你好，有货吗？", number, name="Mei", email="mei@example.com").status_code == 200
    page.say("And in blue?")
    first, second = Message.objects.order_by("pk")
    assert (first.text, first.direction, first.data["id"]) == ("你好，有货吗？", "in", str(number))
    assert first.conversation == second.conversation
    assert first.conversation.customer.name == "Mei"
    said = [one["message"] for one in page.news()]
    assert [(one["text"], one["mine"]) for one in said] == [("你好，有货吗？", True), ("And in blue?", True)]
    assert said[0]["client"] == str(number)
    again = page.ask("setup/", visitor=page.begun["visitor"]).json()
    assert [one["text"] for one in again["messages"]] == ["你好，有货吗？", "And in blue?"]


def test_an_answer_is_shown_and_may_be_rated(channel: Channel) -> None:
    page, agent = Page(channel), people.user(Role.OPERATIONS, name="Li Na")
    page.say("Hello?")
    conversation = Conversation.objects.get()
    inbox.note(conversation, "Not for visitors", by=agent)
    answer = inbox.reply(conversation, channel, "Yes!", by=agent)
    told = [one["message"] for one in page.news() if one["kind"] == "message"]
    assert [(one["text"], one["mine"], one["name"]) for one in told] == [
        ("Hello?", True, ""),
        ("Yes!", False, "Li Na"),
    ]
    page.ask("marks/", up_to=answer.pk)
    answer.refresh_from_db()
    assert answer.read_at is not None
    inbox.close(conversation, Conversation.Reason.SOLVED, by=agent)
    assert page.news()[-1] == {"kind": "closed"}
    page.ask("rating/", stars=5, words="Quick!")
    page.ask("rating/", stars=1)
    assert Message.objects.get(kind="rating").data == {"stars": 5}


def test_visitors_see_nothing_of_others_and_of_other_channels(channel: Channel) -> None:
    page, other = Page(channel), Page(channel)
    page.say("Mine", files=SimpleUploadedFile("photo.png", b"\x89PNG\r\n\x1a\n12345", "image/png"))
    kept = Enclosure.objects.get()
    assert other.news() == []
    assert b"".join(page.get(f"files/{kept.pk}/").streaming_content).startswith(b"\x89PNG")
    assert page.get(f"files/{kept.pk}/")["Content-Disposition"].startswith("attachment")
    assert other.get(f"files/{kept.pk}/").status_code == 404
    by_mail = factories.channel()
    message = Message.objects.get()
    Message.objects.create(conversation=message.conversation, direction="in", channel=by_mail, text="A mail")
    again = page.ask("setup/", visitor=page.begun["visitor"]).json()
    assert [one["text"] for one in again["messages"]] == ["Mine"]
    elsewhere = factories.channel(connector="chat", kind="chat", config={"origins": SITE})
    assert Visitor.read(elsewhere, page.begun["visitor"]) is None
    assert all("Mine" not in json.dumps(one.data) for one in Event.objects.all())


def test_only_the_named_sites_may_ask(channel: Channel) -> None:
    address = f"/chat/{channel.token}/setup/"
    client = Client()
    allowed = client.options(address, headers={"Origin": SITE, "Access-Control-Request-Method": "POST"})
    assert allowed.status_code == 204
    assert allowed["Access-Control-Allow-Origin"] == SITE
    assert "Access-Control-Allow-Credentials" not in allowed
    strangers = ("https://evil.example", "https://shop.example.evil.example", "http://shop.example", "null")
    for origin in strangers:
        refused = client.post(address, headers={"Origin": origin})
        assert refused.status_code == 403
        assert "Access-Control-Allow-Origin" not in refused
    assert client.post(f"/chat/{channel.token}/messages/", {"id": uuid4(), "text": "x"}).status_code == 401
    assert client.post("/chat/nonsense/setup/").status_code == 404
    Channel.objects.update(enabled=False)
    assert client.post(address).status_code == 404


def test_somebody_who_signed_in_there_is_the_customer_with_that_number(channel: Channel) -> None:
    known = customers.found(name="Known")
    stating.hear(known, "shop", "77", [("number", "", "C-77")], {})
    signature = hmac.new(b"a secret of sixteen", b"C-77", sha256).hexdigest()
    wrong = Page(channel, user="C-77", signature="0" * 64)
    right, on_the_phone = (Page(channel, user="C-77", signature=signature) for _ in range(2))
    right.say("It is me")
    assert [one["message"]["text"] for one in on_the_phone.news()] == ["It is me"]
    assert wrong.news() == []
    assert Message.objects.get().conversation.customer == known


@pytest.mark.usefixtures("one_window")
def test_too_much_is_refused(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page(channel)
    assert page.say("x" * 4001).status_code == 400
    assert page.say("").status_code == 400
    assert page.say("x", files=[SimpleUploadedFile(f"{n}.txt", b"x") for n in range(6)]).status_code == 413
    assert page.ask("contact/", id=uuid4(), email="nobody").status_code == 400
    monkeypatch.setattr(public_views, "MESSAGES", 8)
    assert {page.say("x").status_code for _ in range(6)} == {200, 429}


def test_the_script_is_small_and_nobody_needs_an_account(channel: Channel) -> None:
    script = Client().get(f"/chat/{channel.token}/widget.js")
    assert len(script.content) < 15_000
    assert b"innerHTML" not in script.content
    assert b"eval(" not in script.content
    assert Client().get(f"/chat/{channel.token}/demo/").status_code == 200
