"""What providers report to us, in one form for all of them. Pure data: no models, no tasks.

A connector turns a `Request` of its provider (or a record it fetched) into these; the pipeline behind it
knows nothing else. Whatever cannot be understood becomes `Ignored` with a reason, never an exception.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class Request:
    """A call of a provider as it came: nothing decoded, header names in lower case."""

    method: str
    # The whole address as the provider called it: some sign it.
    url: str
    raw: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What a provider is told."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Handle:
    """One way to recognise somebody: an identity's kind, scope and value. Values need not be normalised."""

    kind: str
    value: str
    scope: str = ""
    is_verified: bool = False


@dataclass(frozen=True)
class Party:
    """Who it comes from, best handle first."""

    handles: tuple[Handle, ...]
    name: str = ""
    # What they said of themselves besides, by the names of customer columns: language, city…
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Media:
    """Something that came along. Either the bytes are here, or `reference` says how to fetch them."""

    name: str
    data: bytes | None = None
    reference: str = ""
    # As declared; what it is, its content says.
    content_type: str = ""
    # The name by which an HTML text shows it (cid:).
    content_id: str = ""


class Direction(StrEnum):
    IN = "in"
    # Sent by us, but not from here: from a telephone, another mail program.
    OUT = "out"


@dataclass(frozen=True)
class Incoming:
    """A message. The same message always carries the same `dedupe_key`, unique in its channel."""

    dedupe_key: str
    at: datetime
    party: Party
    text: str = ""
    # Raw; it is cleaned when it is taken in.
    html: str = ""
    subject: str = ""
    # The provider's id of the message, by which statuses and replies name it.
    external_id: str = ""
    media: tuple[Media, ...] = ()
    # Ids of messages this one answers or follows, nearest first: Message-IDs of a mail, quoted wamid.
    follows: tuple[str, ...] = ()
    # A signed conversation address it was sent to, as found.
    token: str = ""
    # Made by a machine: stored, but opens nothing again and stops no clock.
    is_automatic: bool = False
    direction: Direction = Direction.IN
    # Everything else worth keeping: template, location, the form's page…
    data: Mapping[str, Any] = field(default_factory=dict)


class Delivered(StrEnum):
    """How far a message of ours got, in the order in which it happens."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True)
class Status:
    """What became of a message of ours. Named by our own key where the provider echoes it, else by its id."""

    dedupe_key: str
    at: datetime
    state: Delivered
    external_id: str = ""
    key: str = ""
    reason: str = ""
    # The address as such is of no use.
    is_permanent: bool = False


@dataclass(frozen=True)
class Happening:
    """Something a customer did that is no message: followed us, called, bought, picked up."""

    dedupe_key: str
    at: datetime
    party: Party
    # A kind of timeline entry.
    kind: str
    summary: str = ""
    text: str = ""
    direction: Direction = Direction.IN
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ignored:
    """Understood, but of no interest, or not understood. `why` is shown beside the event."""

    dedupe_key: str
    why: str


Inbound = Incoming | Status | Happening | Ignored


@dataclass(frozen=True)
class Record:
    """One raw thing that was fetched and not pushed."""

    dedupe_key: str
    raw: bytes


@dataclass(frozen=True)
class Pulled:
    """What one fetch brought. `cursor` is given to the next one after the records are safe."""

    records: tuple[Record, ...]
    cursor: Mapping[str, Any]
    # There is more at once.
    more: bool = False
    # Why nothing, or no more, could be fetched; empty when all is well.
    trouble: str = ""
