"""The sandbox as the providers of chat and telephone channels: what each answers to which call.

A call comes in, and what is said to it comes out. Keeping messages and having bad days is the business of
whoever listens.
"""

import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

Json = Mapping[str, Any]
TWO_HOURS = 7200
UPLOAD = "/cgi-bin/media/upload"
FILES = ("image", "video", "voice", "audio", "document", "file")
OUR_KEY = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class Said:
    """An answer."""

    body: Json | bytes
    status: HTTPStatus = HTTPStatus.OK


@dataclass(frozen=True)
class Posted:
    """A message for somebody, and what its provider says on each kind of day."""

    sender: str
    recipient: str
    text: str
    key: str
    yes: Said
    nobody: Said
    busy: Said


@dataclass(frozen=True)
class Synced:
    """The customer-service messages of an account are asked for, from a position on."""

    account: str
    position: int


@dataclass(frozen=True)
class Called:
    """A call as it came, its path without the name of the provider."""

    method: str
    path: str
    body: bytes
    query: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


Answer = Said | Posted | Synced | None


def answer(method: str, target: str, body: bytes) -> tuple[str, Answer]:
    """Which provider was called, and what it answers; None for what it does not know."""
    path, _mark, query = target.partition("?")
    provider, _slash, rest = path.removeprefix("/").partition("/")
    play = PROVIDERS.get(provider)
    called = Called(method, f"/{rest}", body, dict(parse_qsl(query)))
    return provider, play(called) if play else None


def picture(name: str) -> bytes:
    """A small PNG of one colour, always the same for a name: what a played customer sends."""
    red, green, blue = sha256(name.encode()).digest()[:3]
    rows = (b"\0" + bytes((red, green, blue)) * 64) * 64

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + check

    size = (64).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    parts = [chunk(b"IHDR", size), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _wechat_oa(called: Called) -> Answer:
    found = called.json()
    if called.path == "/cgi-bin/stable_token":
        return _token(str(found.get("appid", "")))
    if called.path == "/cgi-bin/media/get":
        return Said(picture(called.query.get("media_id", "")))
    if called.path == UPLOAD:
        return _uploaded(called)
    if called.path not in ("/cgi-bin/message/custom/send", "/cgi-bin/message/template/send"):
        return None
    text = _at(found, "text", "content") or _file(found, "msgtype") or " ".join(_values(found.get("data")))
    return Posted(
        sender="",
        recipient=_at(found, "touser"),
        text=text,
        key=_at(found, "client_msg_id"),
        yes=Said({"errcode": 0, "errmsg": "ok", "msgid": uuid4().int >> 80}),
        nobody=Said({"errcode": 40003, "errmsg": "invalid openid"}),
        busy=Said({"errcode": 45009, "errmsg": "reach max api daily quota limit"}),
    )


def _wecom(called: Called) -> Answer:
    found = called.json()
    if called.path == "/cgi-bin/gettoken":
        return _token(called.query.get("corpid", ""))
    if called.path == "/cgi-bin/media/get":
        return Said(picture(called.query.get("media_id", "")))
    if called.path == UPLOAD:
        return _uploaded(called)
    if called.path == "/cgi-bin/kf/sync_msg":
        position = _at(found, "cursor")
        return Synced(_at(found, "open_kfid"), int(position) if position.isdecimal() else 0)
    if called.path not in ("/cgi-bin/kf/send_msg", "/cgi-bin/message/send"):
        return None
    number = _at(found, "msgid") or uuid4().hex
    return Posted(
        sender=_at(found, "open_kfid") or _at(found, "agentid"),
        recipient=_at(found, "touser"),
        text=_at(found, "text", "content") or _file(found, "msgtype"),
        key=_at(found, "msgid"),
        yes=Said({"errcode": 0, "errmsg": "ok", "msgid": number}),
        nobody=Said({"errcode": 40031, "errmsg": "invalid UserID list"}),
        busy=Said({"errcode": 45009, "errmsg": "api freq out of limit"}),
    )


def _whatsapp(called: Called) -> Answer:
    found = called.json()
    if called.method == "GET":
        number = called.path.rpartition("/")[2]
        if called.path.startswith("/files/"):
            return Said(picture(number))
        return Said({"id": number, "url": f"/files/{number}", "mime_type": "image/png"})
    if called.path.endswith("/media"):
        return Said({"id": str(int(sha256(called.body).hexdigest()[:12], 16))})
    if not called.path.endswith("/messages"):
        return None
    text = _at(found, "text", "body") or _file(found, "type") or " ".join(_parameters(found))
    number = sha256(called.body).hexdigest()[:24].upper()
    return Posted(
        sender=called.path.split("/")[-2],
        recipient="+" + _at(found, "to"),
        text=text,
        key=_at(found, "biz_opaque_callback_data"),
        yes=Said({"messaging_product": "whatsapp", "messages": [{"id": f"wamid.{number}"}]}),
        nobody=_graph_error(131026, "Message undeliverable"),
        busy=_graph_error(130429, "Rate limit hit", HTTPStatus.TOO_MANY_REQUESTS),
    )


def _twilio(called: Called) -> Answer:
    if called.method == "GET":
        is_file = "/Media/" in called.path
        return Said(picture(called.path) if is_file else {"sid": "AC", "status": "active"})
    if not called.path.endswith("/Messages.json"):
        return None
    fields = dict(parse_qsl(called.body.decode(errors="replace"), keep_blank_values=True))
    number = "SM" + uuid4().hex
    return Posted(
        sender=fields.get("From", "") or fields.get("MessagingServiceSid", ""),
        recipient=fields.get("To", ""),
        text=fields.get("Body", ""),
        key="",
        yes=Said({"sid": number, "status": "queued"}, HTTPStatus.CREATED),
        nobody=Said({"code": 21211, "message": "Invalid 'To' number"}, HTTPStatus.BAD_REQUEST),
        busy=Said({"code": 20429, "message": "Too many requests"}, HTTPStatus.TOO_MANY_REQUESTS),
    )


def _sms_http(called: Called) -> Answer:
    """A gateway that knows numbers by how they look, whatever the fields are called."""
    fields = called.json() or dict(parse_qsl(called.body.decode(errors="replace"))) or called.query
    words = [str(value) for value in fields.values()]
    to = next((word for word in words if re.fullmatch(r"\+?[0-9]{6,15}", word)), "")
    return Posted(
        sender="",
        recipient=to,
        text=max((word for word in words if word != to and not OUR_KEY.fullmatch(word)), key=len, default=""),
        key=str(fields.get("reference", "")),
        yes=Said({"id": sha256(called.body).hexdigest()[:16], "status": "accepted"}),
        nobody=Said({"error": "no such number"}, HTTPStatus.UNPROCESSABLE_ENTITY),
        busy=Said({"error": "too many"}, HTTPStatus.TOO_MANY_REQUESTS),
    )


PROVIDERS: Mapping[str, Callable[[Called], Answer]] = {
    "wechat_oa": _wechat_oa,
    "wecom": _wecom,
    "whatsapp": _whatsapp,
    "twilio": _twilio,
    "sms_http": _sms_http,
}


def text_of(raw: bytes, provider: str) -> str:
    """The words of a message as it arrived."""
    method, target = "POST", f"/{provider}{DOORS.get(provider, '/messages')}"
    found = answer(method, target, raw)[1]
    return found.text if isinstance(found, Posted) else ""


# Where messages go in at each, for reading them again.
DOORS = {
    "wechat_oa": "/cgi-bin/message/custom/send",
    "wecom": "/cgi-bin/kf/send_msg",
    "whatsapp": "/v/0/messages",
    "twilio": "/Messages.json",
}


def _token(account: str) -> Said:
    token = sha256(f"sandbox {account}".encode()).hexdigest()[:40]
    return Said({"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": TWO_HOURS})


def _uploaded(called: Called) -> Said:
    number = sha256(called.body).hexdigest()[:32]
    return Said({"errcode": 0, "type": called.query.get("type", ""), "media_id": number})


def _file(found: Any, name: str) -> str:
    """A message that shows a file, in words: its kind, and its name where there is one."""
    kind = _at(found, name)
    return f"[{kind}] {_at(found, kind, 'filename')}".strip() if kind in FILES else ""


def _graph_error(code: int, words: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> Said:
    return Said({"error": {"message": words, "code": code}}, status)


def _at(found: Any, *path: str) -> str:
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def _values(data: Any) -> list[str]:
    """What fills the blanks of a WeChat template."""
    return [_at(one, "value") for one in data.values()] if isinstance(data, dict) else []


def _parameters(found: Any) -> list[str]:
    """What fills the blanks of a WhatsApp template, after its name."""
    template = found.get("template")
    parts = template.get("components", []) if isinstance(template, dict) else []
    blanks = [one for part in parts if isinstance(part, dict) for one in part.get("parameters", [])]
    return [_at(template, "name"), *(_at(one, "text") for one in blanks)]
