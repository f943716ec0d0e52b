"""A raw mail as plain data. Runs in channels.mail.child and knows nothing of the product.

Whatever is in the mail, something comes out that can be shown; what could not be read is named.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from email import message_from_bytes, policy
from email.generator import BytesGenerator
from email.message import Message
from email.parser import BytesHeaderParser
from io import BytesIO
from typing import Any, TypeAlias

from channels.mail import automatic, headers, plain
from channels.mail.reports import report_of

LONGEST_TEXT = 500_000
LONGEST_HTML = 2_000_000
MOST_PARTS = 300
MOST_FILES = 100
DEEPEST = 40
BOUNDARY = re.compile(rb"(?im)^content-type:[ \t]*multipart/")

Mime: TypeAlias = "Message[str, str]"


@dataclass
class Found:
    """A mail as it goes to the other process: everything but the files' bytes is JSON."""

    sender: tuple[str, str] = ("", "")
    reply_to: list[tuple[str, str]] = field(default_factory=list)
    to: list[tuple[str, str]] = field(default_factory=list)
    cc: list[tuple[str, str]] = field(default_factory=list)
    # Addresses that the mail servers wrote down: where it really went.
    delivered_to: list[str] = field(default_factory=list)
    subject: str = ""
    message_id: str = ""
    in_reply_to: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    sent_at: str = ""
    received_at: str = ""
    text: str = ""
    html: str = ""
    files: list[dict[str, Any]] = field(default_factory=list)
    automatic: str = ""
    loops: list[str] = field(default_factory=list)
    language: str = ""
    report: dict[str, str] | None = None
    troubles: list[str] = field(default_factory=list)


def read(raw: bytes) -> bytes:
    """The mail as a line with a length, JSON of that length, and the files' bytes one after the other."""
    found, files = Found(), []
    message = _parsed(raw, found)
    _head(message, found)
    for name, content_type, content_id, data in _bodies(message, found):
        found.files.append(
            {"name": name, "content_type": content_type, "content_id": content_id, "size": len(data)}
        )
        files.append(data)
    try:
        found.report = report_of(message, raw)
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError):
        found.troubles.append("report")
    head = json.dumps(asdict(found), ensure_ascii=False).encode(errors="replace")
    return b"%d\n" % len(head) + head + b"".join(files)


def _parsed(raw: bytes, found: Found) -> Mime:
    """compat32 reads headers lazily and leniently; the modern policy dies over hostile ones."""
    if len(BOUNDARY.findall(raw)) <= MOST_PARTS:
        try:
            return message_from_bytes(raw, policy=policy.compat32)
        except (RecursionError, ValueError, LookupError, AttributeError, TypeError):
            pass
    found.troubles.append("nested")
    return BytesHeaderParser(policy=policy.compat32).parsebytes(raw)


def _head(message: Mime, found: Found) -> None:
    def lists(name: str) -> list[tuple[str, str]]:
        return [one for value in headers.values(message, name) for one in headers.addresses(value)]

    def ids(name: str) -> list[str]:
        return [one for value in headers.values(message, name) for one in headers.ids(value)]

    found.sender = next(iter(lists("From") or lists("Sender") or lists("Return-Path")), ("", ""))
    if not found.sender[1]:
        found.troubles.append("sender")
        found.sender = (headers.text(headers.value(message, "From"))[:200], "")
    found.reply_to, found.to, found.cc = lists("Reply-To"), lists("To"), lists("Cc")
    found.delivered_to = [
        address
        for name in ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
        for _name, address in lists(name)
    ]
    found.subject = headers.text(headers.value(message, "Subject"))[:1000]
    found.message_id = next(iter(ids("Message-ID")), "")
    found.in_reply_to, found.references = ids("In-Reply-To"), ids("References")
    found.sent_at = _iso(headers.value(message, "Date"))
    found.received_at = _iso(headers.value(message, "Received").rpartition(";")[2])
    found.loops = headers.values(message, "X-Loop")[:10]
    found.language = headers.value(message, "Content-Language")[:20]
    flat = {
        name.strip().lower(): headers.text(headers.value(message, name))[:500]
        for name in {str(name) for name in message.keys()}  # noqa: SIM118 - a Message is no dict
    }
    found.automatic = automatic.sign(flat)


def _iso(raw: str) -> str:
    moment = headers.moment(raw)
    return moment.isoformat() if moment else ""


def _bodies(message: Mime, found: Found) -> Iterator[tuple[str, str, str, bytes]]:
    """Puts the texts together and yields what is to be kept as a file."""
    texts: list[str] = []
    webs: list[str] = []
    has_web, files = False, 0
    for part, has_twin in _leaves(message, found):
        kind = _kind(part)
        name = _name(part)
        shown = kind in ("text/plain", "text/html") and not name and not _is_attached(part)
        if not shown:
            files += 1
            if files > MOST_FILES:
                _once(found, "files")
                continue
            yield _file(part, kind, name, found)
        elif kind == "text/html":
            has_web = True
            web = _text(part, found)
            webs.append(web)
            if not has_twin:
                texts.append(plain.from_html(web))
        else:
            texts.append(_text(part, found))
            if not has_twin:
                webs.append(plain.as_html(texts[-1]))
    found.text = "\n\n".join(filter(str.strip, texts)).strip("\n")[:LONGEST_TEXT]
    found.html = "\n".join(webs)[:LONGEST_HTML] if has_web else ""
    if not found.text.strip() and found.html:
        found.text = plain.from_html(found.html)[:LONGEST_TEXT]


def _leaves(message: Mime, found: Found) -> Iterator[tuple[Mime, bool]]:
    """The parts that hold something, in reading order, and whether each has a twin in another form."""
    waiting: list[tuple[Any, bool, int]] = [(message, False, 0)]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part, has_twin, depth = waiting.pop(0)
        inner = part.get_payload()
        if not isinstance(inner, list) or _kind(part).startswith("message/"):
            yield part, has_twin
        elif depth >= DEEPEST:
            _once(found, "nested")
        else:
            has_twin = has_twin or (_kind(part) == "multipart/alternative" and len(inner) > 1)
            waiting[:0] = [(one, has_twin, depth + 1) for one in inner]
    if waiting:
        _once(found, "parts")


def _file(part: Mime, kind: str, name: str, found: Found) -> tuple[str, str, str, bytes]:
    content_id = headers.value(part, "Content-ID").strip("<> ")[:250]
    try:
        data = _whole(part) if kind.startswith("message/") else _bytes(part)
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError):
        _once(found, "part")
        data = b""
    return name or _invented(part, kind), kind[:100], content_id, data


def _whole(part: Mime) -> bytes:
    """A mail inside of the mail, as it came."""
    inner = part.get_payload()
    if not isinstance(inner, list):
        return _bytes(part)
    into = BytesIO()
    mails: list[Any] = inner
    for one in mails:
        BytesGenerator(into, mangle_from_=False, maxheaderlen=0, policy=policy.compat32).flatten(one)
    return into.getvalue()


def _bytes(part: Mime) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _text(part: Mime, found: Found) -> str:
    try:
        data = _bytes(part)
        charset = part.get_param("charset")
    except (ValueError, LookupError, AttributeError, TypeError):
        _once(found, "part")
        return ""
    name = charset[2] if isinstance(charset, tuple) else charset
    return headers.body(headers.decoded(data[: 2 * LONGEST_HTML], str(name) if name else None))


def _kind(part: Mime) -> str:
    try:
        return part.get_content_type()
    except (ValueError, LookupError, AttributeError, TypeError):
        return "application/octet-stream"


def _is_attached(part: Mime) -> bool:
    return headers.value(part, "Content-Disposition").strip().lower().startswith("attachment")


def _name(part: Mime) -> str:
    try:
        name = part.get_filename("") or ""
    except (ValueError, LookupError, AttributeError, TypeError):
        return "file"
    return headers.text(headers.readable(str(name)))[:300]


def _invented(part: Mime, kind: str) -> str:
    if kind.startswith("message/"):
        return "message.eml"
    endings = {"text/html": "html", "text/plain": "txt", "text/calendar": "ics", "image/jpeg": "jpg"}
    ending = endings.get(kind) or re.sub(r"[^a-z0-9]", "", kind.partition("/")[2])[:8] or "bin"
    return f"file.{ending}"


def _once(found: Found, trouble: str) -> None:
    if trouble not in found.troubles:
        found.troubles.append(trouble)
