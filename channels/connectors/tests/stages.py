"""For each connector, how its provider shows each of the ways a message can go."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import parse_qsl

from channels.connectors import registry
from channels.connectors.base import Connector, Payload, Session
from channels.connectors.sandboxed import SandboxSession
from channels.connectors.smtp import Server, SmtpSession
from channels.connectors.social import SignedSession
from channels.connectors.tests import api_stages as apis
from channels.connectors.tests import mail_stages as mails
from channels.connectors.tests.providers import DROP, SILENT, STOP_READING, Talk, http, http_answer, smtp

NO_MAIL_ADDRESSES = (
    "",
    "ann",
    "ann@example.com\r\nBcc: all@example.com",
    "ann@example.com>\r\nDATA",
    "李@example.com",
    "a b@example.com",
    "x" * 400 + "@example.com",
    "a@" + "b" * 100_000,
)
NO_NUMBERS = ("", "ann", "13800138000", "+86 138 0013 8000", "+8613800138000\r\n", "+0123456789", "+1" * 40)
NO_ACCOUNTS = ("", "a b", "oX\r\n", "李", 'o"X', "x" * 400)


def as_mail(payload: Payload) -> dict[str, str]:
    mail = message_from_bytes(payload.data, policy=policy.default)
    bodies = {kind: mail.get_body((kind,)) for kind in ("plain", "html")}
    return {
        "subject": str(mail["subject"]),
        "text": bodies["plain"].get_content().replace("\r\n", "\n") if bodies["plain"] else "",
        "html": bodies["html"].get_content().replace("\r\n", "\n") if bodies["html"] else "",
    }


def as_json(payload: Payload) -> dict[str, str]:
    message = json.loads(payload.data)
    return {name: message[name].replace("\r\n", "\n") for name in ("subject", "text", "html")}


def as_form(payload: Payload) -> dict[str, str]:
    return {"text": dict(parse_qsl(payload.data.decode()))["Body"]}


@dataclass(frozen=True)
class Stage:
    """`open_at` gives the connector's session to any host and port; the rest are providers by their mood."""

    key: str
    open_at: Callable[[str, int], Session]
    kind: Talk
    says_later: tuple[Talk, ...]
    knows_no_such_address: tuple[Talk, ...]
    refuses_the_message: tuple[Talk, ...]
    locks_us_out: tuple[Talk, ...]
    breaks_before: tuple[Talk, ...]
    stops_reading: Talk
    breaks_after: tuple[Talk, ...]
    makes_no_sense_after: tuple[Talk, ...]
    # What it says before the message, for those that drip it.
    first_words: bytes = field(default=b"")
    # How a message of it is made and read again.
    config: Mapping[str, Any] = field(default_factory=lambda: {"from_address": "news@example.com"})
    to: str = "ann@example.com"
    unusable: tuple[str, ...] = NO_MAIL_ADDRESSES
    read: Callable[[Payload], dict[str, str]] = as_mail
    # A provider that says this to a file which comes before its message.
    takes_files: Callable[[bytes], Talk] | None = None


SMTP = {
    "open_at": lambda host, port: SmtpSession(Server(host, port)),
    "kind": smtp(),
    "says_later": (
        smtp(rcpt=b"450 4.2.0 greylisted\r\n"),
        smtp(rcpt=b"452 4.5.3 too many\r\n"),
        smtp(mail=b"451 4.3.0 busy\r\n"),
        smtp(mail=b"421 4.3.2 closing\r\n"),
        smtp(data=b"451 4.3.0 busy\r\n"),
        smtp(end=b"451 4.3.0 disk full\r\n"),
        smtp(end=b"421 4.3.2 closing\r\n"),
    ),
    "knows_no_such_address": (
        smtp(rcpt=b"550 5.1.1 nobody here\r\n"),
        smtp(rcpt=b"550 nobody here\r\n"),
        smtp(rcpt=b"553-5.1.2 no such\r\n553 5.1.2 host\r\n"),
        smtp(end=b"550 5.1.1 nobody here\r\n"),
        smtp(ehlo=b"250-sink\r\n250 PIPELINING\r\n", rcpt=b"550 5.1.1 no\r\n", data=b"503 no recipient\r\n"),
        smtp(ehlo=b"250-sink\r\n250 PIPELINING\r\n", rcpt=b"550 5.1.1 no\r\n"),
    ),
    "refuses_the_message": (
        smtp(rcpt=b"550 5.7.1 policy\r\n"),
        smtp(rcpt=b"552 5.2.2 mailbox full\r\n"),
        smtp(mail=b"552 5.3.4 too large\r\n"),
        smtp(data=b"554 5.5.1 no\r\n"),
        smtp(end=b"554 5.7.1 looks like spam\r\n"),
        smtp(end=b"552 5.3.4 too large\r\n"),
    ),
    "locks_us_out": (
        smtp(greeting=b"554 5.7.1 blocked\r\n"),
        smtp(greeting=b"421 busy\r\n"),
        smtp(greeting=b"SSH-2.0-OpenSSH_9.9\r\n"),
        smtp(greeting=SILENT),
        smtp(greeting=DROP),
        smtp(ehlo=SILENT),
        smtp(ehlo=DROP),
        smtp(mail=b"550 5.7.60 not your sender\r\n"),
        smtp(mail=b"530 5.7.0 sign in first\r\n"),
    ),
    "breaks_before": (
        smtp(mail=DROP),
        smtp(mail=SILENT),
        smtp(rcpt=DROP),
        smtp(rcpt=SILENT),
        smtp(data=DROP),
        smtp(data=SILENT),
        smtp(rcpt=b"what?\r\n"),
        smtp(rcpt=b"25\r\n"),
    ),
    "stops_reading": smtp(end=STOP_READING),
    "breaks_after": (smtp(end=DROP), smtp(end=SILENT)),
    "makes_no_sense_after": (
        smtp(end=b"what?\r\n"),
        smtp(end=b"999 beyond\r\n"),
        smtp(end=b"354 again\r\n"),
        smtp(end=b"250-" + b"x" * 100_000),
    ),
    "first_words": b"220 sink\r\n" * 40,
}

HTTP = {
    "open_at": lambda host, port: SandboxSession(apis.here(host, port)),
    "kind": http(),
    "says_later": (
        http(http_answer(429)),
        http(http_answer(429, extra=b"Retry-After: 7\r\n")),
        http(http_answer(429, extra=b"Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n")),
        http(http_answer(408)),
    ),
    "knows_no_such_address": (http(http_answer(422, b'{"field": "to"}')),),
    "refuses_the_message": (
        http(http_answer(422)),
        http(http_answer(400, b"<html>no JSON</html>")),
        http(http_answer(413)),
    ),
    "locks_us_out": (http(http_answer(401)), http(http_answer(403)), http(http_answer(404))),
    "breaks_before": (),
    "stops_reading": http(stop_reading=True),
    "breaks_after": (http(DROP), http(SILENT), http(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")),
    "makes_no_sense_after": (
        http(http_answer(500)),
        http(http_answer(503)),
        http(http_answer(409)),
        http(http_answer(302, extra=b"Location: http://elsewhere.invalid/\r\n")),
        http(b"SSH-2.0-OpenSSH_9.9\r\n"),
        http(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 300),
    ),
}

NUMBER: dict[str, Any] = {"to": "+8613800138000", "unusable": NO_NUMBERS}
WECHAT: dict[str, Any] = {
    **apis.numbered(b"POST /cgi-bin/stable_token"),
    "open_at": apis.wechat_session,
    "config": {"app_id": "wx1"},
    "to": "o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
    "unusable": NO_ACCOUNTS,
    "read": apis.text_at("text", "content"),
    "takes_files": lambda file: apis.wechat(b"POST /cgi-bin/stable_token", file=file),
}
WECOM: dict[str, Any] = {
    **WECHAT,
    **apis.numbered(b"GET /cgi-bin/gettoken"),
    "open_at": apis.wecom_session,
    "config": {"corp_id": "ww1", "way": "kf", "open_kfid": "wk1"},
    "to": "wmAJ2GCAAAme1XQRC-NI-q0_ZM9ukoAw",
    "takes_files": lambda file: apis.wechat(b"GET /cgi-bin/gettoken", file=file),
}
SOCIAL: dict[str, Any] = {
    **HTTP,
    "open_at": lambda host, port: SandboxSession(apis.here(host, port)),
    "config": {"network": "weibo"},
    "to": "weibo",
    "unusable": ("", "a b", "weibo\r\n", "微博", "x" * 100),
    "read": lambda payload: {"text": json.loads(payload.data)["text"].replace("\r\n", "\n")},
}
STAGES = {
    "smtp": Stage("smtp", **SMTP),  # type: ignore[arg-type]
    "mailbox": Stage("mailbox", **SMTP),  # type: ignore[arg-type]
    "anymail": Stage("anymail", **mails.POSTMARK),
    "sandbox_smtp": Stage("sandbox_smtp", **SMTP),  # type: ignore[arg-type]
    "sandbox_http": Stage("sandbox_http", **HTTP, read=as_json),  # type: ignore[arg-type]
    "sandbox_social": Stage("sandbox_social", **SOCIAL),
    "social_webhook": Stage(
        "social_webhook",
        **{
            **SOCIAL,
            "open_at": lambda host, port: SignedSession(apis.here(host, port), "/posts", f"whsec_{'A' * 32}"),
        },
    ),
    "wechat_oa": Stage("wechat_oa", **WECHAT),
    "wecom": Stage("wecom", **WECOM),
    "whatsapp": Stage(
        "whatsapp",
        **NUMBER,
        **apis.WHATSAPP,
        config={"phone_number_id": "106540352242922"},
        read=apis.text_at("text", "body"),
        takes_files=lambda file: apis.whatsapp(file=file),
    ),
    "twilio": Stage("twilio", **NUMBER, **apis.TWILIO, read=as_form),
    "sms_http": Stage("sms_http", **NUMBER, **apis.GATEWAY, read=apis.text_at()),
}
# Those who hand nothing to anybody: their own pages show it.
IN_HOUSE = {"chat"}


def every() -> list[Stage]:
    return list(STAGES.values())


def without() -> list[str]:
    """Connectors that send and have no stage yet; the suite is not whole while there are any."""
    sending: list[Connector] = [one for one in registry.every() if one.caps.sends]
    return [one.key for one in sending if one.key not in {*STAGES, *IN_HOUSE}]
