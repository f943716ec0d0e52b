"""Reads stored messages for people. Whatever bytes arrived, reading them never fails."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Any

from channels.sandbox import provider_side

LONGEST_TEXT = 200_000
HEADER = rb"(?im)^%s:[ \t]*((?:[^\r\n]|\r?\n[ \t])*)"
SUBJECT, MESSAGE_ID = re.compile(HEADER % b"subject"), re.compile(HEADER % b"message-id")
SHOWN = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Unsubscribe")


@dataclass(frozen=True)
class Letter:
    """What a person sees of a message."""

    headers: list[tuple[str, str]]
    text: str
    html: str
    unsubscribe_url: str


def subject_and_key(raw: bytes) -> tuple[str, str]:
    """For the list and for the judge, without parsing the whole message."""
    head = raw[:16_000].partition(b"\r\n\r\n")[0]
    subject, message_id = SUBJECT.search(head), MESSAGE_ID.search(head)
    # The proof behind the dot is the sender's business.
    key = re.split(rb"[.@]", message_id[1].strip(b" \t\r\n<>"))[0] if message_id else b""
    return _words(subject[1].decode(errors="replace")) if subject else "", _words(
        key.decode(errors="replace")
    )


def letter(raw: bytes, protocol: str) -> Letter:
    if protocol in provider_side.PROVIDERS:
        return Letter([], _clean(provider_side.text_of(raw, protocol)), "", "")
    return _from_json(raw) if protocol == "http" else _from_mail(raw)


def _from_json(raw: bytes) -> Letter:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        found = {}
    said: dict[str, Any] = found if isinstance(found, dict) else {}

    def word(name: str) -> str:
        return _clean(str(said.get(name, "")))

    headers = [
        ("From", f"{word('from_name')} <{word('from')}>".strip()),
        ("To", f"{word('to_name')} <{word('to')}>".strip()),
        ("Subject", word("subject")),
    ]
    return Letter(headers, word("text"), word("html"), word("unsubscribe_url"))


def _from_mail(raw: bytes) -> Letter:
    # compat32 reads headers lazily and leniently; the modern policy raises on hostile ones.
    try:
        message = message_from_bytes(raw, policy=policy.compat32)
    except RecursionError:  # nested deeper than anybody writes; its headers are still worth showing
        message = BytesHeaderParser(policy=policy.compat32).parsebytes(raw)
    headers = [(name, _words(str(message[name]))) for name in SHOWN if message[name] is not None]
    unsubscribe = re.search(r"<(https?://[^<>\s]+)>", dict(headers).get("List-Unsubscribe", ""))
    return Letter(
        headers,
        _part(message, "text/plain"),
        _part(message, "text/html"),
        unsubscribe[1] if unsubscribe else "",
    )


def _part(message: "Message[str, str]", kind: str) -> str:
    return next((_text_of(part) for part in _leaves(message) if part.get_content_type() == kind), "")


def _leaves(message: "Message[str, str]") -> Iterator["Message[str, str]"]:
    """The parts, without recursion: a message may be nested a thousand deep."""
    waiting: list[Any] = [message]
    for _ in range(1000):
        if not waiting:
            return
        part = waiting.pop(0)
        if isinstance(part.get_payload(), list):
            waiting[:0] = part.get_payload()
        else:
            yield part


def _text_of(part: "Message[str, str]") -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        return _clean(data.decode(part.get_content_charset("utf-8"), "replace"))
    except (LookupError, ValueError):
        return _clean(data.decode("utf-8", "replace"))


def _words(header: str) -> str:
    """A header's text with its encoded words read."""
    try:
        pieces = [_decoded(piece, charset) for piece, charset in decode_header(header)]
    except (HeaderParseError, ValueError):
        pieces = [header]
    return " ".join(_clean("".join(pieces)).split())


def _decoded(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    try:
        return piece.decode(charset or "ascii", "replace")
    except (LookupError, ValueError):
        return piece.decode("utf-8", "replace")


def _clean(text: str) -> str:
    # PostgreSQL has no NUL character, and UTF-8 no half of a surrogate pair.
    return text[:LONGEST_TEXT].replace("\x00", "").encode(errors="replace").decode()
