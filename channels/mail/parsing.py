"""A raw mail as something that can be shown, whatever it is.

The reading happens in a process of its own (channels.mail.child). If that dies over a mail, the mail is read
by hand here: its first headers and its text as it stands, with the reason beside it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from channels.mail import aside, headers

LARGEST = 40 * 1024 * 1024
# Of a larger mail so much is read: its head, its text, hardly its files.
BEGINNING = 2 * 1024 * 1024
LONGEST_BY_HAND, LONGEST_HEAD = 20_000, 64_000

TROUBLES = {
    "large": _("This mail is too large: only its beginning was read."),
    "nested": _("Its parts are nested deeper than anybody writes: some were not read."),
    "parts": _("It has too many parts: some were not read."),
    "part": _("One of its parts could not be read."),
    "files": _("It has too many files: some were left out."),
    "sender": _("It names no sender."),
    "report": _("It looks like a delivery report, but could not be read as one."),
    "time": _("Reading it took too long: only its beginning is shown, as it stands."),
    "memory": _("Reading it took too much memory: only its beginning is shown, as it stands."),
    "crash": _("Reading it failed: only its beginning is shown, as it stands."),
}


@dataclass(frozen=True)
class Mailbox:
    name: str
    address: str


@dataclass(frozen=True)
class File:
    name: str
    content_type: str
    content_id: str
    data: bytes


@dataclass(frozen=True)
class Report:
    """What a mail server or a mail program says of a mail of ours."""

    kind: str
    action: str
    status: str
    recipient: str
    words: str
    about: tuple[str, ...]


@dataclass(frozen=True)
class Mail:
    sender: Mailbox
    subject: str = ""
    text: str = ""
    html: str = ""
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    reply_to: tuple[Mailbox, ...] = ()
    delivered_to: tuple[str, ...] = ()
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sent_at: datetime | None = None
    received_at: datetime | None = None
    files: tuple[File, ...] = ()
    # The sign by which a machine gave itself away, and the marks of those it went through.
    automatic: str = ""
    loops: tuple[str, ...] = ()
    language: str = ""
    report: Report | None = None
    # Codes of TROUBLES: what could not be read.
    troubles: tuple[str, ...] = field(default_factory=tuple)

    @property
    def recipients(self) -> tuple[str, ...]:
        """Every address it went to, as far as it says."""
        return (*self.delivered_to, *(one.address for one in (*self.to, *self.cc)))

    @property
    def follows(self) -> tuple[str, ...]:
        """The mails it answers or stands behind, nearest first."""
        return tuple(dict.fromkeys((*self.in_reply_to, *reversed(self.references))))


def parse(raw: bytes) -> Mail:
    """Never raises."""
    is_large = len(raw) > LARGEST
    troubles = ("large",) if is_large else ()
    try:
        return _mail(aside.call("read", raw[:BEGINNING] if is_large else raw), troubles)
    except aside.GaveUp as problem:
        return _by_hand(raw, problem.why if problem.why in TROUBLES else "crash")


def _mail(answer: bytes, troubles: tuple[str, ...]) -> Mail:
    size, _line, rest = answer.partition(b"\n")
    found: Mapping[str, Any] = json.loads(rest[: int(size)])
    files, place = [], int(size)
    for one in found["files"]:
        data = rest[place : place + one["size"]]
        place += one["size"]
        files.append(File(one["name"], one["content_type"], one["content_id"], data))
    report = found["report"]
    return Mail(
        sender=Mailbox(*found["sender"]),
        subject=found["subject"],
        text=found["text"],
        html=found["html"],
        to=_mailboxes(found["to"]),
        cc=_mailboxes(found["cc"]),
        reply_to=_mailboxes(found["reply_to"]),
        delivered_to=tuple(found["delivered_to"]),
        message_id=found["message_id"],
        in_reply_to=tuple(found["in_reply_to"]),
        references=tuple(found["references"]),
        sent_at=_moment(found["sent_at"]),
        received_at=_moment(found["received_at"]),
        files=tuple(files),
        automatic=found["automatic"],
        loops=tuple(found["loops"]),
        language=found["language"],
        report=Report(**{**report, "about": tuple(report["about"].split())}) if report else None,
        troubles=(*troubles, *found["troubles"]),
    )


def _mailboxes(found: list[list[str]]) -> tuple[Mailbox, ...]:
    return tuple(Mailbox(name, address) for name, address in found)


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _by_hand(raw: bytes, why: str) -> Mail:
    """Only what is linear and small: the first lines of the head, and the body as it stands."""
    head, body = _cut(raw)
    senders = headers.addresses(_value(head, "from")[:1000])
    name, address = senders[0] if senders else ("", "")
    ids = headers.ids(_value(head, "message-id"))
    return Mail(
        sender=Mailbox(name, address),
        subject=headers.text(_value(head, "subject")[:1000]),
        text=headers.body(headers.decoded(body[:LONGEST_BY_HAND], None)),
        message_id=ids[0] if ids else "",
        in_reply_to=tuple(headers.ids(_value(head, "in-reply-to"))),
        references=tuple(headers.ids(_value(head, "references"))),
        sent_at=headers.moment(_value(head, "date")),
        troubles=(why,) if address else (why, "sender"),
    )


def _cut(raw: bytes) -> tuple[str, bytes]:
    found = re.search(rb"\r?\n\r?\n", raw[:LONGEST_HEAD])
    head, body = (raw[: found.start()], raw[found.end() :]) if found else (raw[:LONGEST_HEAD], b"")
    return headers.decoded(head, None).replace("\r\n", "\n"), body


def _value(head: str, name: str) -> str:
    found = re.search(rf"(?im)^{name}:[ \t]*((?:[^\n]|\n[ \t])*)", head)
    return " ".join(found[1].split()) if found else ""
