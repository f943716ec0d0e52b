"""Telephone systems: a call that came or went, how long it was, where its recording lies.

docs/incoming.md shows what one may say.
"""

import re
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels.connectors import reading
from channels.connectors.arriving import Direction, Handle, Happening, Ignored, Inbound, Party
from channels.connectors.base import Config, Secret
from channels.connectors.registry import register
from channels.connectors.signed import SignedListener

LINK = re.compile(r"https://[!-;=?-~]{1,800}")
# How a call ended, by its event and what the system says of it; as the timeline has it.
OUTCOMES = {"busy": "busy", "no_answer": "no_answer", "voicemail": "message", "message": "message"}


@register
class PhoneSystem(SignedListener):
    key = "phone_cti"
    label = _("Telephone system (CTI)")
    kind = "phone"
    handle = "phone"

    def parse(self, raw: bytes, config: Config, secret: Secret) -> Iterable[Inbound]:
        found = reading.json_of(raw)
        event, number = reading.word(found, "event"), reading.word(found, "id")
        key = reading.key("call", number or reading.digest(raw), event[:20])
        if event not in ("call.ringing", "call.started", "call.ended", "call.missed") or not number:
            return [Ignored(key, "not_understood")]
        if event == "call.started":
            # It is told once it is over.
            return [Ignored(key, "call_started")]
        return [_call(found, key, event)]


def _call(found: Any, key: str, event: str) -> Inbound:
    direction = Direction.OUT if reading.word(found, "direction") == "out" else Direction.IN
    other = reading.word(found, "to" if direction is Direction.OUT else "from")
    if not any(letter.isdigit() for letter in other):
        # Somebody who hid the number.
        return Ignored(key, "no_number")
    at = reading.iso(reading.word(found, "started_at")) or timezone.now()
    recording = reading.text(found, "recording")
    outcome = OUTCOMES.get(reading.word(found, "result"), "reached" if event == "call.ended" else "no_answer")
    data = {
        "outcome": outcome,
        "seconds": min(reading.number(found, "seconds"), 86_400),
        "agent": reading.word(found, "agent"),
        "recording": recording if LINK.fullmatch(recording) else "",
    }
    party = Party((Handle("phone", other[:40]),), reading.word(found, "name")[:200])
    told = {name: value for name, value in data.items() if value != ""}
    text = reading.text(found, "note")
    # While it rings somebody wants to know who it is; what came of it follows.
    kind = "call.ringing" if event == "call.ringing" else "call"
    return Happening(key, at, party, kind, text=text, direction=direction, data=told)
