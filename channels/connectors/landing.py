"""Landing pages of our own: what somebody sends there is something they did, and no message to answer."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from channels.connectors.arriving import Handle, Happening, Ignored, Inbound, Party
from channels.connectors.base import Caps, Config, ConnectorForm, Listener, Secret
from channels.connectors.registry import register

HAPPENING = "landing.submitted"
ABOUT = ("company", "city", "language")


@register
class LandingPages(Listener):
    """Brings what channels.landing wrote down of one submission."""

    key = "landing"
    label = _("Landing pages")
    kind = "web"
    caps = Caps(sends=False, subject=False, html=False)
    config_form: ClassVar[type[ConnectorForm]] = ConnectorForm
    is_offered = False

    def parse(self, raw: bytes, config: Config, secret: Secret) -> Iterable[Inbound]:
        try:
            return (_happening(json.loads(raw)),)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError, OSError):
            return (Ignored("", "unreadable"),)


def _happening(said: Mapping[str, Any]) -> Happening:
    values: Mapping[str, str] = {name: str(text) for name, text in dict(said["values"]).items()}
    handles = [Handle(kind, values[kind]) for kind in ("email", "phone") if values.get(kind)]
    about = {name: values[name] for name in ABOUT if values.get(name)}
    return Happening(
        dedupe_key=str(said["id"]),
        at=datetime.fromtimestamp(float(said["at"]), UTC),
        party=Party(tuple(handles), values.get("name", ""), about),
        kind=HAPPENING,
        summary=str(said["title"]),
        text="\n".join(f"{label}: {value}" for label, value in said["answers"]),
        data={
            "page": int(said["page"]),
            "origin": dict(said["origin"]),
            "own": dict(said["own"]),
            "consent": dict(said["consent"]),
            "email": values.get("email", ""),
        },
    )
