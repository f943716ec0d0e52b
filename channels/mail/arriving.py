"""A mail in the form in which everything arrives: a message, news of a mail of ours, or nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.utils import timezone

from channels.connectors.arriving import (
    Delivered,
    Handle,
    Ignored,
    Inbound,
    Incoming,
    Media,
    Party,
    Status,
)
from channels.connectors.base import without_addresses
from channels.connectors.marks import instance, key_in, token_in
from channels.mail.automatic import NO_PERSON
from channels.mail.parsing import Mail, Report

LONGEST_KEY = 250
MOST_FOLLOWED = 50
MOST_BYTES = 60 * 1024 * 1024
# Clocks of senders go wrong: what they say is believed if the mail can have travelled so long.
LONGEST_WAY, CLOCK_SKEW = timedelta(days=7), timedelta(minutes=10)
# Codes (RFC 3463) that speak of the address, not of the day or of the message.
DEAD = ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.1")
DELIVERED_ACTIONS = ("delivered", "relayed", "expanded")


def parts_of(
    mail: Mail,
    raw: bytes,
    *,
    arrived_at: datetime | None = None,
    ours: frozenset[str] = frozenset(),
    troubles: tuple[str, ...] = (),
    sent_to: str = "",
) -> tuple[Inbound, ...]:
    """`ours` are the addresses under which we write: what comes from one, no customer wrote."""
    key = key_of(mail, raw)
    if key_in(mail.message_id) or instance() in mail.loops:
        return (Ignored(key, "own"),)
    if not (mail.sender.address or mail.subject or mail.message_id or mail.to):
        return (Ignored(key, "no_mail"),)
    at = moment_of(mail, arrived_at or timezone.now())
    if mail.report and (known := _status(mail.report, key, at)):
        return (known,)
    return (_incoming(mail, key, at, ours, troubles, sent_to),)


def ours(config: Mapping[str, Any]) -> frozenset[str]:
    """The addresses under which a channel with these settings writes."""
    names = (str(config.get(name, "")).lower() for name in ("from_address", "reply_to", "replies"))
    return frozenset(name for name in names if name)


def key_of(mail: Mail, raw: bytes) -> str:
    """The same mail always has the same key, also from two servers; two mails under one id have two."""
    if not mail.message_id:
        return f"raw:{digest_of(raw)}"
    sent = mail.sent_at.isoformat() if mail.sent_at else ""
    said = (mail.subject, *mail.text.split(), *mail.html.split(), *(str(len(one.data)) for one in mail.files))
    # Programs reuse ids, and whoever knows one could send ahead of a mail to have it taken for known.
    identity = f"{mail.sender.address.lower()}|{sent}|{' '.join(said)}"
    mark = digest_of(identity.encode("utf-8", "replace"))[:12]
    name = mail.message_id
    return f"{name if len(name) <= LONGEST_KEY - 13 else digest_of(name.encode('utf-8', 'replace'))}#{mark}"


def moment_of(mail: Mail, arrived_at: datetime) -> datetime:
    """When it was written, if that can be; else when it arrived."""
    arrived = (
        mail.received_at if mail.received_at and mail.received_at <= arrived_at + CLOCK_SKEW else arrived_at
    )
    if mail.sent_at and arrived - LONGEST_WAY <= mail.sent_at <= arrived + CLOCK_SKEW:
        return mail.sent_at
    return arrived


def digest_of(data: bytes) -> str:
    return sha256(data).hexdigest()


def _incoming(
    mail: Mail, key: str, at: datetime, ours: frozenset[str], troubles: tuple[str, ...], sent_to: str
) -> Incoming:
    is_from_us = mail.sender.address.lower() in ours
    party, sign = _party(mail), "self" if is_from_us else mail.automatic
    told: dict[str, Any] = {
        "to": [one.address for one in mail.to][:20],
        "cc": [one.address for one in mail.cc][:20],
        "reply_to": mail.reply_to[0].address if mail.reply_to else "",
        "sign": sign,
        "troubles": list(dict.fromkeys((*mail.troubles, *troubles))),
    }
    return Incoming(
        dedupe_key=key,
        at=at,
        party=party,
        text=mail.text,
        html=mail.html,
        subject=mail.subject[:300],
        external_id=mail.message_id,
        media=_media(mail),
        follows=mail.follows[:MOST_FOLLOWED],
        token=next((one for one in (sent_to, *mail.recipients) if token_in(one)), ""),
        is_automatic=bool(sign),
        data={name: value for name, value in told.items() if value},
    )


def _party(mail: Mail) -> Party:
    """Who wrote it. Forms and shops send from nobody's address and name the customer in Reply-To."""
    sender = mail.sender
    if mail.reply_to and NO_PERSON.match(sender.address):
        sender = mail.reply_to[0]
    handles = (Handle("email", sender.address),) if sender.address else ()
    return Party(handles, sender.name[:200])


def _media(mail: Mail) -> tuple[Media, ...]:
    """What is too much for one message goes without its bytes, so that at least its name is seen."""
    media, room = [], MOST_BYTES
    for file in mail.files:
        room -= len(file.data)
        media.append(
            Media(
                file.name,
                data=file.data if room >= 0 else None,
                content_type=file.content_type,
                content_id=file.content_id,
            )
        )
    return tuple(media)


def _status(report: Report, dedupe_key: str, at: datetime) -> Inbound | None:
    """What a report says of a mail of ours; None if it is about another's, and thus a mail like others."""
    keys = [key for one in report.about if (key := key_in(one))]
    if not keys:
        return None
    state = _state(report)
    if state is None:
        return Ignored(dedupe_key, "delayed")
    words = without_addresses(f"{report.status} {report.words}").strip()
    return Status(
        dedupe_key=dedupe_key,
        at=at,
        state=state,
        key=keys[0],
        reason=words if state in (Delivered.BOUNCED, Delivered.FAILED) else "",
        is_permanent=state is Delivered.BOUNCED and report.status in DEAD,
    )


def _state(report: Report) -> Delivered | None:
    if report.kind == "complaint":
        return Delivered.COMPLAINED
    if report.kind == "read":
        return Delivered.READ if "displayed" in report.action else None
    if report.action in DELIVERED_ACTIONS:
        return Delivered.DELIVERED
    if report.action == "delayed" or (not report.action and report.status.startswith("4")):
        return None
    return Delivered.BOUNCED
