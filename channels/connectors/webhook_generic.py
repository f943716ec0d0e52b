"""Any program that can make a signed call: messages, states of messages, and things customers did.

docs/incoming.md shows what it may say.
"""

import re
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels.connectors import reading
from channels.connectors.arriving import (
    Delivered,
    Direction,
    Happening,
    Ignored,
    Inbound,
    Incoming,
    Status,
)
from channels.connectors.base import Config, Secret
from channels.connectors.registry import register
from channels.connectors.signed import SignedListener, party

KIND = re.compile(r"[a-z][a-z0-9_]{0,30}(\.[a-z0-9_]{1,8})?")
# What only we tell must not be told by others.
OURS = {"customer", "order", "consent", "campaign", "task", "merge", "privacy"}
LARGEST_DATA = 20


@register
class GenericWebhook(SignedListener):
    key = "webhook_generic"
    label = _("Webhook (any program)")
    kind = "web"

    def parse(self, raw: bytes, config: Config, secret: Secret) -> Iterable[Inbound]:
        found = reading.json_of(raw)
        items = list(reading.each(found, "items")) or ([found] if isinstance(found, dict) else [])
        return [_item(one) for one in items] or [Ignored(reading.digest(raw), "not_understood")]


def _item(one: dict[str, Any]) -> Inbound:
    kind, number = reading.word(one, "type"), reading.word(one, "id")
    key = reading.key(kind[:20] or "item", number or reading.digest(repr(one).encode(errors="replace")))
    if kind == "message":
        return _message(one, key, number)
    if kind == "status":
        return _status(one, key)
    if kind == "happening":
        return _happening(one, key)
    return Ignored(key, f"type:{kind}"[:60])


def _message(one: dict[str, Any], key: str, number: str) -> Inbound:
    who, text, html = party(one.get("from")), reading.text(one, "text"), reading.text(one, "html")
    if not who.handles or not (text or html):
        return Ignored(key, "no_handle" if not who.handles else "empty")
    answered = reading.word(one, "in_reply_to")
    return Incoming(
        key,
        reading.iso(reading.word(one, "at")) or timezone.now(),
        who,
        text=text,
        html=html,
        subject=reading.word(one, "subject"),
        external_id=number,
        follows=(answered,) if answered else (),
        is_automatic=one.get("automatic") is True,
        direction=_direction(one),
        data=_data(one),
    )


def _status(one: dict[str, Any], key: str) -> Inbound:
    state, message = reading.word(one, "state"), reading.word(one, "message")
    if state not in list(Delivered) or not message:
        return Ignored(key, f"state:{state}"[:60])
    at = reading.iso(reading.word(one, "at")) or timezone.now()
    return Status(key, at, Delivered(state), external_id=message, reason=reading.word(one, "reason"))


def _happening(one: dict[str, Any], key: str) -> Inbound:
    kind, who = reading.word(one, "kind"), party(one.get("from"))
    if not who.handles:
        return Ignored(key, "no_handle")
    if not KIND.fullmatch(kind) or kind.partition(".")[0] in OURS:
        return Ignored(key, f"kind:{kind}"[:60])
    return Happening(
        key,
        reading.iso(reading.word(one, "at")) or timezone.now(),
        who,
        kind,
        summary=reading.word(one, "summary"),
        text=reading.text(one, "text"),
        direction=_direction(one),
        data=_data(one),
    )


def _direction(one: dict[str, Any]) -> Direction:
    return Direction.OUT if one.get("direction") == "out" else Direction.IN


def _data(one: dict[str, Any]) -> dict[str, str]:
    """Plain facts only: a name and a word each."""
    data = one.get("data")
    named = list(data)[:LARGEST_DATA] if isinstance(data, dict) else []
    return {reading.bare(name)[:60]: reading.word(data, name) for name in named}
