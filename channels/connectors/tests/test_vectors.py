"""Signatures against vectors that others published, and what the contract leaves to each provider."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.connectors import registry, wechat
from channels.connectors.arriving import Answer, Media, Request
from channels.connectors.base import Accepted, Payload, Rejected, Retry, Template
from channels.connectors.crypto import BadBox, WeChatBox
from channels.connectors.http import BadAddress, Call, Line, NotSent, Origin, split
from channels.connectors.sms_http import GatewaySession
from channels.connectors.tests import callers
from channels.connectors.tests.api_stages import here, said, wechat_session
from channels.connectors.tests.providers import Line as Wire
from channels.connectors.tests.providers import http, http_answer, serving
from channels.connectors.tests.test_contract import CONTENT, ENVELOPE
from channels.connectors.twilio import TwilioSession
from channels.connectors.twilio import _file as twilio_file

WECOM = {"corp_id": "wx5823bf96d3bd56c7"}
WECOM_SECRET = {"token": "QDG6eK", "aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"}
WECOM_QUERY = {
    "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
    "timestamp": "1409659589",
    "nonce": "263014780",
    "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
}


@pytest.fixture(autouse=True)
def _no_tokens() -> Iterator[None]:
    wechat.forget_tokens()
    yield
    wechat.forget_tokens()


def test_wecom_s_own_example_is_answered_with_what_is_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime.fromtimestamp(1409659589, UTC)
    monkeypatch.setattr("channels.connectors.crypto.timezone.now", lambda: moment)
    asked = Request("GET", callers.URL, b"", {}, WECOM_QUERY)
    connector = registry.get("wecom")
    assert connector.handshake(asked, WECOM, WECOM_SECRET) == Answer(200, b"1616140317555161061")
    for change in ({"echostr": "x"}, {"msg_signature": "0" * 40}, {"nonce": "1"}):
        wrong = replace(asked, query={**WECOM_QUERY, **change})
        assert connector.handshake(wrong, WECOM, WECOM_SECRET) == Answer(403)
    assert connector.handshake(asked, {"corp_id": "another"}, WECOM_SECRET) == Answer(403)


def test_twilio_s_own_example() -> None:
    raw = b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"
    signature = {"x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}
    verify = registry.get("twilio").verify
    for url in (
        "https://mycompany.com/myapp.php?foo=1&bar=2",
        "https://mycompany.com:443/myapp.php?foo=1&bar=2",
    ):
        assert verify(Request("POST", url, raw, signature), {}, {"auth_token": "12345"}) == ""
    for url in ("http://mycompany.com/myapp.php?foo=1&bar=2", "https://mycompany.com/myapp.php?foo=1"):
        assert verify(Request("POST", url, raw, signature), {}, {"auth_token": "12345"})


def test_standard_webhooks_own_example(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime.fromtimestamp(1614265330, UTC)
    monkeypatch.setattr("channels.connectors.crypto.timezone.now", lambda: moment)
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    request = Request("POST", callers.URL, b'{"test": 2432232314}', headers)
    verify = registry.get("pos").verify
    new = "whsec_" + "A" * 32
    for secret in (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        f"{new} whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ):
        assert verify(request, {}, {"signing_secret": secret}) == ""
    assert verify(request, {}, {"signing_secret": new})


def test_the_box_opens_what_others_closed_and_only_for_its_owner() -> None:
    key = callers.aes_key("ours")
    for inner in (b"", b"x", "你好".encode() * 100, b"<xml/>" * 5000):
        assert WeChatBox(key, "wx1").open(callers.wrapped(inner, key, "wx1")) == inner
        assert WeChatBox(key, "wx1").open(WeChatBox(key, "wx1").close(inner)) == inner
        for box in (WeChatBox(key, "wx2"), WeChatBox(callers.aes_key("theirs"), "wx1")):
            with pytest.raises(BadBox):
                box.open(callers.wrapped(inner, key, "wx1"))


def test_handshakes() -> None:
    meta = Request(
        "GET",
        callers.URL,
        b"",
        {},
        {"hub.mode": "subscribe", "hub.verify_token": "v", "hub.challenge": "1158"},
    )
    whatsapp = registry.get("whatsapp")
    assert whatsapp.handshake(meta, {}, {"verify_token": "v"}) == Answer(200, b"1158")
    assert whatsapp.handshake(meta, {}, {"verify_token": "w"}) == Answer(403)
    assert whatsapp.handshake(meta, {}, {}) == Answer(403)
    secret, at = {"token": "AAAAA"}, callers.now()
    call = callers.wechat_plain(b"", secret, at)
    query = {**call.query, "echostr": "4375120948345356249"}
    asked = replace(call, method="GET", query=query)
    official = registry.get("wechat_oa")
    assert official.handshake(asked, {}, secret) == Answer(200, b"4375120948345356249")
    assert official.handshake(asked, {}, {"token": "B"}) == Answer(403)
    assert official.ack(call, {}, secret).body == b"success"


def test_xml_bombs_and_entities_are_nothing() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><FromUserName>&b;</FromUserName></xml>'
    file = (
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><FromUserName>&a;</FromUserName></xml>'
    )
    for raw in (bomb, file):
        (found,) = registry.get("wechat_oa").parse(raw, {"mode": "plain"}, {})
        assert found.dedupe_key
        assert getattr(found, "why", "") == "not_understood"


def test_a_token_is_fetched_once_and_anew_only_when_refused() -> None:
    tokens, answers = [], [said(200, errcode=42001), said(200, errcode=0, msgid=42)]

    def talk(line: Wire) -> None:
        while True:
            head = line.read_until(b"\r\n\r\n")
            line.read(int(head.partition(b"Content-Length: ")[2].split(b"\r\n")[0]))
            if b"stable_token" in head:
                tokens.append(head)
                line.say(said(200, access_token=f"T{len(tokens)}", expires_in=7200))
            else:
                line.provider.messages.append(head)
                line.say(answers.pop(0) if answers else said(200, errcode=0, msgid=42))

    payload = Payload("", "o1", b"{}", "/cgi-bin/message/custom/send")
    with serving(talk) as provider:
        for _time in range(3):
            with wechat_session("127.0.0.1", provider.port) as session:
                assert session.send(payload, "k", 5) == Accepted("42")
    assert len(tokens) == 2
    assert [head.split()[1].split(b"=")[1] for head in provider.messages] == [b"T1", b"T2", b"T2", b"T2"]


def test_templates_fill_their_blanks() -> None:
    config = {
        "app_id": "wx1",
        "phone_number_id": "1",
        "templates": (
            "ready | zh_CN | 您好 {{1}}，订单 {{2}} 可以自提。\nT_1||{{first.DATA}} 金额 {{thing1.DATA}}"
        ),
    }
    for key in ("whatsapp", "wechat_oa"):
        numbered, named = registry.get(key).templates(config)
        assert numbered == Template("ready", "您好 {{1}}，订单 {{2}} 可以自提。", ("1", "2"), "zh_CN")
        assert named.blanks == ("first", "thing1")
        assert numbered.filled({"1": "王小明", "2": "A-1"}) == "您好 王小明，订单 A-1 可以自提。"


def test_a_template_goes_as_its_provider_wants_it() -> None:
    config = {"app_id": "wx1", "phone_number_id": "1", "templates": "ready | zh_CN | Hello {{1}}"}
    envelope = replace(ENVELOPE, template="ready", fields={"1": "Ann"})
    official = registry.get("wechat_oa").prepare(CONTENT, config).render(replace(envelope, to="o1"))
    assert official.path == "/cgi-bin/message/template/send"
    assert b'"data":{"1":{"value":"Ann"}}' in official.data
    whatsapp = (
        registry.get("whatsapp").prepare(CONTENT, config).render(replace(envelope, to="+8613800138000"))
    )
    assert b'"language":{"code":"zh_CN"}' in whatsapp.data
    assert b'"parameters":[{"type":"text","text":"Ann"}]' in whatsapp.data


def test_a_gateway_s_key_enters_only_its_own_field() -> None:
    connector = registry.get("sms_http")
    config: dict[str, Any] = {"body": "form", "extra": "apikey={key}\nsign=澜山", "number_form": "national"}
    envelope = replace(ENVELOPE, to="+8613800138000", fields={"name": "{key}"})
    payload = connector.prepare(CONTENT, config).render(envelope)
    call = GatewaySession(Origin("x"), "/send", config, "s3cret").call(payload, "k")
    assert b"s3cret" not in payload.data
    assert call.body.count(b"s3cret") == 1
    assert b"to=13800138000" in call.body


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://user:pw@example.com/",
        "https://example.com:22/",
        "ftp://example.com/",
        "https:///x",
        "https://exa mple.com/",
        "https://example.com/\r\nX: y",
    ],
)
def test_odd_addresses_are_not_called(url: str) -> None:
    with pytest.raises(BadAddress):
        split(url)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1", "[::1]", "0.0.0.0"]
)
def test_our_own_network_is_not_called(host: str) -> None:
    line = Line(Origin(host.strip("[]"), 443))
    assert isinstance(line.ask(Call("GET", "/"), 10**9), NotSent)


def test_files_are_fetched_within_a_limit() -> None:
    with serving(http(http_answer(200, b"x" * 100))) as provider:
        session = TwilioSession(here("127.0.0.1", provider.port), "AC", "T")
        assert twilio_file("/Media/1", session, 100) == b"x" * 100
        assert isinstance(twilio_file("/Media/1", session, 99), Rejected)
    with serving(http(http_answer(404))) as provider:
        session = TwilioSession(here("127.0.0.1", provider.port), "AC", "T")
        assert isinstance(twilio_file("/Media/1", session, 99), Rejected)
    with serving(http(http_answer(503))) as provider:
        session = TwilioSession(here("127.0.0.1", provider.port), "AC", "T")
        assert isinstance(twilio_file("/Media/1", session, 99), Retry)
    away = Media("x", reference="https://169.254.169.254/latest")
    assert isinstance(registry.get("twilio").fetch(away, {}, {}, 99), Retry | Rejected)
