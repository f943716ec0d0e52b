"""E-mail services: how their calls are told from forged ones, and what they say."""

import hashlib
import hmac
import json
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.connectors import crypto, registry
from channels.connectors.anymail import EspForm
from channels.connectors.arriving import Delivered, Ignored, Incoming, Request, Status
from channels.connectors.base import Content, Envelope
from channels.connectors.esp import PROVIDERS
from channels.connectors.files import Enclosed

ESP = registry.get("anymail")
SECRET = {"webhook_secret": "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "api_key": "K"}
KEY = "5d1f1c9e5d2f4c0f8c7e1f2a3b4c5d6e"
MIME = (
    b"From: Ann <ann@example.com>\r\nTo: help@shop.test\r\nMessage-ID: <a@example.com>\r\n"
    b"Subject: Hi\r\n\r\nHello\r\n"
)
HEADERS_OF = {"postmark": {"authorization": "Basic " + b64encode(SECRET["webhook_secret"].encode()).decode()}}


def config(provider: str) -> dict[str, Any]:
    return {"provider": provider, "from_address": "help@shop.test", "from_name": "澜山"}


def mailgun(event: str = "delivered", *, age: int = 0, **data: Any) -> Request:
    timestamp, token = str(int(time.time()) - age), "0ce9af399dc5b1bf48e7c7a6ef4ed4c4b1a2"
    signed = hmac.new(SECRET["webhook_secret"].encode(), (timestamp + token).encode(), hashlib.sha256)
    body = {
        "signature": {"timestamp": timestamp, "token": token, "signature": signed.hexdigest()},
        "event-data": {
            "event": event,
            "timestamp": time.time(),
            "recipient": "ann@example.com",
            "message": {"headers": {"message-id": "42@shop.test"}},
            "user-variables": {"key": KEY},
            **data,
        },
    }
    return Request("POST", "https://crm.test/in/x/", json.dumps(body).encode())


def mailgun_mail() -> Request:
    timestamp, token = str(int(time.time())), "1ce9af399dc5b1bf48e7c7a6ef4ed4c4b1a2"
    signed = hmac.new(SECRET["webhook_secret"].encode(), (timestamp + token).encode(), hashlib.sha256)
    fields = {
        "timestamp": timestamp,
        "token": token,
        "signature": signed.hexdigest(),
        "sender": "ann@example.com",
        "recipient": "help@shop.test",
        "body-mime": MIME.decode(),
    }
    return Request("POST", "https://crm.test/in/x/", urlencode(fields).encode())


def mailgun_parts() -> Request:
    """As it comes with files: multipart."""
    fields = dict(parse_qsl(mailgun_mail().raw.decode()))
    pieces = [
        f'--bound\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return Request("POST", "https://crm.test/in/x/", "".join(pieces).encode() + b"--bound--\r\n")


def postmark(**body: Any) -> Request:
    raw = json.dumps({"MessageID": "42", "Metadata": {"key": KEY}, "Recipient": "ann@example.com", **body})
    return Request("POST", "https://crm.test/in/x/", raw.encode(), HEADERS_OF["postmark"])


def postmark_mail() -> Request:
    return postmark(
        FromFull={"Email": "ann@example.com", "Name": "Ann"},
        From="ann@example.com",
        To="help@shop.test",
        Subject="Hi",
        TextBody="Hello",
        HtmlBody="<p>Hello</p>",
        OriginalRecipient="help@shop.test",
        Headers=[{"Name": "Message-ID", "Value": "<a@example.com>"}],
        Attachments=[
            {"Name": "a.txt", "Content": "aGVsbG8=", "ContentType": "text/plain", "ContentLength": 5}
        ],
    )


def mailersend(body: dict[str, Any]) -> Request:
    raw = json.dumps(body).encode()
    signature = hmac.new(SECRET["webhook_secret"].encode(), raw, hashlib.sha256).hexdigest()
    return Request("POST", "https://crm.test/in/x/", raw, {"signature": signature})


def mailersend_mail() -> Request:
    data = {"id": "7", "raw": MIME.decode(), "recipients": {"rcptTo": [{"email": "help@shop.test"}]}}
    return mailersend({"type": "inbound.message", "data": data})


def resend(kind: str = "email.delivered", age: int = 0) -> Request:
    body = {
        "type": kind,
        "created_at": "2026-03-02T02:00:00Z",
        "data": {"email_id": "42", "to": ["ann@example.com"]},
    }
    raw, stamp = json.dumps(body).encode(), str(int(time.time()) - age)
    key = b64decode(SECRET["webhook_secret"])
    signed = hmac.digest(key, f"msg_1.{stamp}.".encode() + raw, "sha256")
    headers = {
        "svix-id": "msg_1",
        "svix-timestamp": stamp,
        "svix-signature": f"v1,{b64encode(signed).decode()}",
    }
    return Request("POST", "https://crm.test/in/x/", raw, headers)


# Made when they are asked for: what was signed when the tests were collected is too old when its turn comes.
MAKERS: dict[str, Callable[[], Request]] = {
    "mailgun": mailgun,
    "mailgun mail": mailgun_mail,
    "mailgun parts": mailgun_parts,
    "postmark": lambda: postmark(RecordType="Delivery", DeliveredAt="2026-03-02T02:00:00Z"),
    "postmark mail": postmark_mail,
    "mailersend mail": mailersend_mail,
    "resend": resend,
}
each_call = pytest.mark.parametrize("name", MAKERS)


def verdict(name: str, request: Request, secret: dict[str, str] | None = None) -> str:
    return ESP.verify(request, config(name.split()[0]), SECRET if secret is None else secret)


@each_call
def test_a_call_of_theirs_is_known(name: str) -> None:
    assert verdict(name, MAKERS[name]()) == ""


@each_call
def test_another_accounts_secret_does_not_do(name: str) -> None:
    other = {"webhook_secret": "NfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
    assert verdict(name, MAKERS[name](), other)
    assert verdict(name, MAKERS[name](), {})


@each_call
def test_without_its_signature_a_call_is_nobodys(name: str) -> None:
    request = MAKERS[name]()
    raw = request.raw
    for word in (b"signature", b"token"):
        raw = raw.replace(word, b"x" * len(word))
    assert verdict(name, Request(request.method, request.url, raw))
    assert verdict(name, Request(request.method, request.url, b""))
    assert verdict(name, Request(request.method, request.url, b"\x00\xff{"))


@pytest.mark.parametrize("name", ["mailersend mail", "resend"])
def test_one_changed_bit_is_noticed(name: str) -> None:
    request = MAKERS[name]()
    changed = bytes([request.raw[0] ^ 1]) + request.raw[1:]
    assert verdict(name, Request(request.method, request.url, changed, request.headers))
    assert verdict(name, Request(request.method, request.url, request.raw + b" ", request.headers))


def test_old_calls_are_nobodys_second_try() -> None:
    assert verdict("mailgun", mailgun(age=25 * 3600)) == crypto.STALE
    assert verdict("resend", resend(age=3600)) == crypto.STALE


def test_what_mailgun_signs_is_taken_once() -> None:
    one, other = mailgun(), mailgun("failed")
    keys = {ESP.key_of(call, config("mailgun"), SECRET) for call in (one, other)}
    assert len(keys) == 1


def test_mails_come_in() -> None:
    for name in ("mailgun mail", "mailgun parts", "postmark mail", "mailersend mail"):
        (found,) = ESP.parse(MAKERS[name]().raw, config(name.split()[0]), SECRET)
        assert isinstance(found, Incoming), name
        assert found.party.handles[0].value == "ann@example.com"
        assert (found.subject, found.text.strip(), found.external_id) == ("Hi", "Hello", "a@example.com")
    (found,) = ESP.parse(MAKERS["postmark mail"]().raw, config("postmark"), SECRET)
    assert isinstance(found, Incoming)
    assert [(one.name, one.data) for one in found.media] == [("a.txt", b"hello")]
    assert "<p>Hello</p>" in found.html


@pytest.mark.parametrize(
    ("provider", "request_", "state", "permanent"),
    [
        ("mailgun", mailgun("delivered"), Delivered.DELIVERED, False),
        ("mailgun", mailgun("failed", severity="permanent", reason="bounce"), Delivered.BOUNCED, True),
        ("mailgun", mailgun("complained"), Delivered.COMPLAINED, False),
        ("mailgun", mailgun("opened"), Delivered.READ, False),
        ("postmark", MAKERS["postmark"](), Delivered.DELIVERED, False),
        (
            "postmark",
            postmark(RecordType="Bounce", Type="HardBounce", Description="ann@example.com unknown", ID=7),
            Delivered.BOUNCED,
            True,
        ),
        ("resend", resend("email.bounced"), Delivered.BOUNCED, False),
    ],
)
def test_news_of_a_message(provider: str, request_: Request, state: Delivered, permanent: bool) -> None:
    (found,) = ESP.parse(request_.raw, config(provider), SECRET)
    assert isinstance(found, Status)
    assert (found.state, found.is_permanent) == (state, permanent)
    assert "ann@example.com" not in found.reason
    if provider != "resend":
        assert found.key == KEY
    assert found.external_id.startswith("42")


@pytest.mark.parametrize("event", ["clicked", "accepted", "unsubscribed", "something new"])
def test_other_news_are_left_aside(event: str) -> None:
    (found,) = ESP.parse(mailgun(event).raw, config("mailgun"), SECRET)
    assert isinstance(found, Ignored)


@pytest.mark.slow
@pytest.mark.parametrize("provider", PROVIDERS)
@given(
    raw=st.one_of(
        st.binary(max_size=300),
        st.sampled_from([make().raw for make in MAKERS.values()]).flatmap(
            lambda raw: st.integers(0, len(raw)).map(lambda end: raw[:end])
        ),
    )
)
@settings(max_examples=40, deadline=None)
def test_reading_never_fails(provider: str, raw: bytes) -> None:
    for one in ESP.parse(raw, config(provider), SECRET):
        assert isinstance(one, Incoming | Status | Ignored)
    ESP.verify(Request("POST", "https://crm.test/in/x/", raw), config(provider), SECRET)
    ESP.key_of(Request("POST", "https://crm.test/in/x/", raw), config(provider), SECRET)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_service_gets_whole_messages(provider: str) -> None:
    envelope = Envelope(
        to="ann@example.com",
        key=KEY,
        at=timezone.now(),
        fields={"name": "王<小>明"},
        to_name='王"小"明',
        reply_to="help+x@shop.test",
        in_reply_to="a@example.com",
        files=(Enclosed("报价.pdf", "application/pdf", b"%PDF-1.7"),),
    )
    prepared = ESP.prepare(Content("{{ name }}", "Dear {{ name }}", "<p>{{ name }}</p>"), config(provider))
    payload = prepared.render(envelope)
    assert payload == prepared.render(envelope)
    body = (
        payload.data
        if payload.data.startswith(b"--")
        else json.dumps(json.loads(payload.data), ensure_ascii=False).encode()
    )
    for words in ("help+x@shop.test", "a@example.com", KEY, "Dear 王<小>明", "王&lt;小&gt;明"):
        assert words.encode() in body, words


def test_the_form_wants_a_key_for_a_new_service() -> None:
    data = {"provider": "postmark", "from_address": "help@shop.test", "api_key": "K"}
    assert EspForm(data).is_valid()
    assert not EspForm({**data, "api_key": ""}).is_valid()
    kept = EspForm({**data, "api_key": ""}, stored=data, has_secret=True)
    assert kept.is_valid()
    moved = EspForm({**data, "provider": "mailgun", "api_key": ""}, stored=data, has_secret=True)
    assert "api_key" in moved.errors
    inside = EspForm({**data, "api_url": "ftp://internal/"})
    assert not inside.is_valid()
