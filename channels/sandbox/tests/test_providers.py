"""Every provider that the sandbox plays, over real sockets: what we send arrives, what it says is read."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.utils import timezone

from channels import secrets, services
from channels.connectors import registry, wechat
from channels.connectors.arriving import Happening, Incoming, Status
from channels.connectors.base import Accepted, Content, Envelope, Outcome, Rejected, Retry, Unknown
from channels.connectors.files import Enclosed
from channels.factories import channel as made
from channels.models import Channel
from channels.sandbox import playing, provider_side
from channels.sandbox.models import SandboxMessage, Spoken
from channels.sandbox.playing import Person, Said
from channels.sandbox.reading import letter
from channels.sandbox.server import Sandbox
from channels.sandbox.tests.test_server import misbehave

pytestmark = pytest.mark.slow
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PEOPLE = {
    "wechat_oa": "o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
    "wecom": "wmAJ2GCAAAme1XQRC-NI-q0_ZM9ukoAw",
}
PROVIDERS = list(provider_side.PROVIDERS)


def channel(key: str) -> Channel:
    """As the form makes it with nothing but the sandbox."""
    connector = registry.get(key)
    fields = connector.config_form.base_fields.items()
    usual = {name: field.initial for name, field in fields if isinstance(field.initial, str)}
    chosen = {
        name: next(iter(dict(field.choices)))  # type: ignore[arg-type]
        for name, field in fields
        if isinstance(field, forms.ChoiceField)
    }
    form = connector.config_form({**usual, **chosen, "sandbox": "on", "signing_secret": KEY})
    assert form.is_valid(), form.errors
    config = {**form.config(), "templates": "ready | zh_CN | 您好 {{1}}，可以自提了。"}
    return made(connector=key, kind=connector.kind, config=config, secret=secrets.seal(form.new_secret()))


def person(key: str) -> Person:
    return Person(PEOPLE.get(key, "+8613800138000"), "王小明")


def send(of: Channel, to: str, key: str = "5d1f1c9e5d2f4c0f8c7e1f2a3b4c5d6e", **envelope: Any) -> Outcome:
    prepared = services.prepare(of, Content("", "{{ body }}"))
    fields = {"body": "您好 <王小明>", **envelope.pop("fields", {})}
    payload = prepared.render(Envelope(to=to, key=key, at=timezone.now(), fields=fields, **envelope))
    with services.open_session(of) as session:
        return session.send(payload, key, 10)


@pytest.fixture(autouse=True)
def _no_tokens() -> None:
    wechat.forget_tokens()


def test_what_we_write_arrives(sandbox: Sandbox) -> None:
    for key in PROVIDERS:
        one, to = channel(key), person(key).address
        assert services.check(one) is None, key
        outcome = send(one, to)
        assert isinstance(outcome, Accepted), (key, outcome)
        assert outcome.provider_id, key
        message = SandboxMessage.objects.get(protocol=key)
        assert message.recipient.removeprefix("+") == to.removeprefix("+")
        assert letter(bytes(message.raw), key).text == "您好 <王小明>"
        assert message.subject == "您好 <王小明>"
    assert SandboxMessage.objects.count() == len(PROVIDERS)


def test_templates_arrive(sandbox: Sandbox) -> None:
    for key in ("wechat_oa", "whatsapp"):
        outcome = send(channel(key), person(key).address, template="ready", fields={"1": "Ann"})
        assert isinstance(outcome, Accepted)
        assert "Ann" in SandboxMessage.objects.get(protocol=key).subject


def test_files_arrive(sandbox: Sandbox) -> None:
    picture = Enclosed("照片.png", "image/png", provider_side.picture("x"))
    for key in ("wechat_oa", "wecom", "whatsapp"):
        outcome = send(channel(key), person(key).address, fields={"body": ""}, files=(picture,))
        assert isinstance(outcome, Accepted), (key, outcome)
        assert SandboxMessage.objects.get(protocol=key).subject == "[image]"


def test_bad_days(sandbox: Sandbox) -> None:
    channels = {key: channel(key) for key in PROVIDERS}
    misbehave(sandbox, temporary=100)
    for key, one in channels.items():
        outcome = send(one, person(key).address)
        assert isinstance(outcome, Retry), key
        assert not outcome.channel_down
    misbehave(sandbox, temporary=0, dropped=100)
    for key, one in channels.items():
        assert isinstance(send(one, person(key).address), Unknown), key
    misbehave(sandbox, temporary=0, dropped=0)
    for key in PEOPLE:
        outcome = send(channels[key], "bounce-1")
        assert isinstance(outcome, Rejected)
        assert outcome.permanent
    assert SandboxMessage.objects.filter(answered=False).count() == len(PROVIDERS)


def test_what_a_played_customer_sends_is_fetched(sandbox: Sandbox) -> None:
    for key in ("wechat_oa", "whatsapp", "twilio"):
        one, connector = channel(key), registry.get(key)
        secret = secrets.unseal(one.secret)
        request = playing.payload(one, Said(picture="picture-1"), person(key))
        (found,) = connector.parse(request.raw, one.config, secret)
        assert isinstance(found, Incoming)
        (media,) = found.media
        data = connector.fetch(media, one.config, secret, 10_000)
        assert isinstance(data, bytes), (key, data)
        assert data.startswith(b"\x89PNG")
        assert isinstance(connector.fetch(media, one.config, secret, 10), Rejected)


def test_wecom_s_messages_are_fetched_from_where_one_stopped(sandbox: Sandbox) -> None:
    one, connector = channel("wecom"), registry.get("wecom")
    secret = secrets.unseal(one.secret)
    for words in ("one", "two"):
        request = playing.payload(one, Said(words), person("wecom"))
        assert connector.verify(request, one.config, secret) == ""
    first = connector.pull({}, one.config, secret)
    assert first.trouble == ""
    texts = [part for record in first.records for part in connector.parse(record.raw, one.config, secret)]
    assert [getattr(part, "text", "") for part in texts] == ["one", "two"]
    assert not first.more
    assert connector.pull(first.cursor, one.config, secret).records == ()
    playing.payload(one, Said("three"), person("wecom"))
    assert len(connector.pull(first.cursor, one.config, secret).records) == 1
    Spoken.objects.update(at=timezone.now() - timedelta(days=4))
    assert connector.pull({}, one.config, secret).records == ()


def test_events_are_played(db: None) -> None:
    def understood(key: str, said: Said) -> Any:
        one = channel(key)
        request = playing.payload(one, said, person(key))
        secret = secrets.unseal(one.secret)
        assert registry.get(key).verify(request, one.config, secret) == ""
        (found,) = registry.get(key).parse(request.raw, one.config, secret)
        return found

    assert understood("wechat_oa", Said(event="follow")).kind == "follow"
    assert understood("wecom", Said(event="unfollow")).kind == "unfollow"
    assert understood("phone_cti", Said(event="missed_call")).data["outcome"] == "no_answer"
    assert isinstance(understood("pos", Said(event="order", data={"total": "9.90"})), Happening)
    for key in ("whatsapp", "twilio", "sms_http"):
        found = understood(key, Said(event="delivered", number="N1"))
        assert isinstance(found, Status)
        assert found.external_id == "N1"
    with pytest.raises(playing.CannotPlay):
        understood("sms_http", Said(picture="x"))
    with pytest.raises(playing.CannotPlay):
        playing.payload(made(), Said("x"), Person("x"))


def test_calls_that_make_no_sense_are_answered(sandbox: Sandbox) -> None:
    began = time.monotonic()
    for provider in (*PROVIDERS, "nobody", ""):
        for path in (
            "",
            "/",
            "/messages",
            "/cgi-bin/message/custom/send",
            "/v1/1/messages",
            "/x/Messages.json",
        ):
            for body in (b"", b"{}", b"[]", b"\xff", b'{"to": [], "template": {"components": [1]}}'):
                provider_side.answer("POST", f"/{provider}{path}", body)
                provider_side.text_of(body, provider)
    assert time.monotonic() - began < 1
