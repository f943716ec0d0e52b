"""What mail servers report of a mail of ours: that it could not be delivered, was read, was called spam.

Knows nothing of the product: which mail it is about is said by its Message-ID, as found.
"""

import re
from collections.abc import Iterator
from email.message import Message
from typing import Any

from channels.mail import headers

# Our Message-IDs, wherever a server quotes one.
OURS = re.compile(rb"[A-Za-z0-9_-]{1,64}\.[a-z2-7]{13}@[A-Za-z0-9.-]{1,200}")
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
DAEMON = re.compile(r"(mailer-?daemon|postmaster)@", re.I)
KINDS = {
    "message/delivery-status": "delivery",
    "message/feedback-report": "complaint",
    "message/disposition-notification": "read",
}
MOST = 30
SEARCHED = 200_000


def report_of(message: "Message[str, str]", raw: bytes) -> dict[str, str] | None:
    """kind, action, status, recipient, words and the Message-IDs it may be about; None if it is no report."""
    parts = list(_parts(message))
    for part in parts:
        if kind := KINDS.get(part.get_content_type()):
            fields = _fields(part)
            return {
                "kind": kind,
                "action": fields.get("action", fields.get("disposition", "")).lower()[:80],
                "status": _status(fields),
                "recipient": fields.get("final-recipient", "").rpartition(";")[2].strip()[:254],
                "words": fields.get("diagnostic-code", "").partition(";")[2].strip()[:300],
                "about": _about(fields, parts, raw),
            }
    sender = headers.value(message, "From") + headers.value(message, "Return-Path").replace(
        "<>", "postmaster@"
    )
    about = _quoted(raw)
    if DAEMON.search(sender) and about:
        # Servers that know no such form write it in words.
        found = STATUS.search(raw[:SEARCHED].decode("latin-1"))
        status = found[1] if found else ""
        return {
            "kind": "delivery",
            "action": "",
            "status": status,
            "recipient": "",
            "words": "",
            "about": about,
        }
    return None


def _fields(part: "Message[str, str]") -> dict[str, str]:
    """Of all the blocks of a report; the first that says something wins."""
    found: dict[str, str] = {}
    inner = part.get_payload()
    blocks: list[Any] = inner if isinstance(inner, list) else [part]
    if not isinstance(inner, list):
        data = part.get_payload(decode=True)
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else ""
        for name, value in re.findall(r"(?m)^([A-Za-z-]{1,60}):[ \t]*(.{0,500})", text):
            found.setdefault(name.lower(), value.strip())
        return found
    for block in blocks[:MOST]:
        for name, value in block.raw_items():
            found.setdefault(str(name).lower(), " ".join(str(value)[:1000].split()))
    return found


def _status(fields: dict[str, str]) -> str:
    for text in (fields.get("status", ""), fields.get("diagnostic-code", "")):
        if found := STATUS.search(text):
            return found[1]
    return ""


def _about(fields: dict[str, str], parts: list["Message[str, str]"], raw: bytes) -> str:
    said = headers.ids(fields.get("original-message-id", ""))
    for part in parts:
        if part.get_content_type() == "text/rfc822-headers":
            data = part.get_payload(decode=True)
            text = data.decode("latin-1") if isinstance(data, bytes) else ""
            said += [
                one for line in re.findall(r"(?im)^message-id:(.{0,2000})", text) for one in headers.ids(line)
            ]
        elif part.get_content_type() == "message/rfc822" and isinstance(part.get_payload(), list):
            inner: Any = part.get_payload()
            said += [one for mail in inner for one in headers.ids(headers.value(mail, "Message-ID"))]
    return " ".join([*said, *_quoted(raw).split()][:10])


def _quoted(raw: bytes) -> str:
    found = dict.fromkeys(
        one.decode("ascii") for one in OURS.findall(raw[-SEARCHED:]) + OURS.findall(raw[:SEARCHED])
    )
    return " ".join(list(found)[:10])


def _parts(message: "Message[str, str]") -> Iterator["Message[str, str]"]:
    waiting: list[Any] = [message]
    for _ in range(MOST):
        if not waiting:
            return
        part = waiting.pop(0)
        yield part
        inner = part.get_payload()
        if isinstance(inner, list) and not part.get_content_type().startswith("message/"):
            waiting[:0] = inner
