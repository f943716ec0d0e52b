"""A connector that says what a test wants: JSON in, parts out."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from channels.connectors import registry
from channels.connectors.arriving import (
    Answer,
    Delivered,
    Direction,
    Handle,
    Happening,
    Ignored,
    Inbound,
    Incoming,
    Media,
    Party,
    Pulled,
    Record,
    Request,
    Status,
)
from channels.connectors.base import Caps, Config, ConnectorForm, Listener, Rejected, Retry, Secret
from channels.factories import channel
from channels.models import Channel

KEY = "probe"
SIGNATURE = "x-probe"


class Probe(Listener):
    key = KEY
    label = "Probe"
    kind = "email"
    caps = Caps(pushes=True, pulls=True)
    config_form = ConnectorForm
    # What a fetch brings, and the bytes behind references.
    waiting: list[Record]
    files: Mapping[str, bytes | Retry | Rejected]

    def __init__(self) -> None:
        self.waiting, self.files, self.fetched = [], {}, 0

    def handshake(self, request: Request, config: Config, secret: Secret) -> Answer | None:
        asked = request.query.get("echo", "")
        return Answer(200, asked.encode()) if request.method == "GET" and asked else None

    def verify(self, request: Request, config: Config, secret: Secret) -> str:
        given = request.headers.get(SIGNATURE, "")
        return "" if given == "right" else "signature" if given else "unsigned"

    def key_of(self, request: Request, config: Config, secret: Secret) -> str:
        return request.headers.get("x-id", "") or super().key_of(request, config, secret)

    def ack(self, request: Request, config: Config, secret: Secret) -> Answer:
        return Answer(200, b"success")

    def parse(self, raw: bytes, config: Config, secret: Secret) -> Iterable[Inbound]:
        return [part_of(one) for one in json.loads(raw)]

    def pull(self, cursor: Mapping[str, Any], config: Config, secret: Secret) -> Pulled:
        start = int(cursor.get("at", 0))
        return Pulled(
            tuple(self.waiting[start : start + 2]), {"at": start + 2}, more=start + 2 < len(self.waiting)
        )

    def fetch(self, media: Media, config: Config, secret: Secret, most: int) -> bytes | Retry | Rejected:
        self.fetched += 1
        return self.files[media.reference]


def part_of(one: dict[str, Any]) -> Inbound:
    kind, key = one.get("part", "message"), one["key"]
    at = datetime.fromisoformat(one["at"]) if "at" in one else datetime.now(UTC)
    if kind == "poison":
        raise KeyError("a@example.com")
    if kind == "ignored":
        return Ignored(key, "boring")
    if kind == "status":
        return Status(key, at, Delivered(one["state"]), one.get("id", ""), one.get("of", ""))
    handles = tuple(Handle(*each) for each in one.get("handles", [["email", "ann@example.com"]]))
    party = Party(handles, one.get("name", "Ann"), one.get("about", {}))
    if kind == "happening":
        return Happening(key, at, party, one["kind"], one.get("summary", ""), data=one.get("data", {}))
    media = tuple(
        Media(each["name"], each["data"].encode() if "data" in each else None, each.get("reference", ""))
        for each in one.get("media", ())
    )
    return Incoming(
        key,
        at,
        party,
        text=one.get("text", "Hello"),
        html=one.get("html", ""),
        subject=one.get("subject", ""),
        external_id=one.get("id", ""),
        media=media,
        follows=tuple(one.get("follows", ())),
        token=one.get("token", ""),
        is_automatic=one.get("automatic", False),
        direction=Direction(one.get("direction", "in")),
        data=one.get("data", {}),
    )


@contextmanager
def registered() -> Iterator[Probe]:
    probe = Probe()
    registry._connectors[KEY] = probe
    try:
        yield probe
    finally:
        del registry._connectors[KEY]


def probe_channel(**fields: Any) -> Channel:
    return channel(connector=KEY, **{"kind": "email", **fields})


def raw(*parts: dict[str, Any]) -> bytes:
    return json.dumps(parts).encode()
