"""Web chat on pages of our own and of others: what visitors write comes by our own widget, what we write
stands in the conversation, from where the widget reads it. Nothing goes to a provider."""

import json
import re
from base64 import b64decode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from channels.connectors.arriving import Handle, Ignored, Inbound, Incoming, Media, Party
from channels.connectors.base import (
    Accepted,
    CannotRender,
    Caps,
    Config,
    Connector,
    ConnectorForm,
    Content,
    Envelope,
    Idempotency,
    Outcome,
    Payload,
    Prepared,
    Rejected,
    Retry,
    Secret,
    Session,
)
from channels.connectors.fields import Slots, clean
from channels.connectors.registry import register
from channels.connectors.sites import origin_of

VISITOR = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
LONGEST = 4000
MOST_FILES, MOST_BYTES = 5, 8 * 1024 * 1024


class ChatForm(ConnectorForm):
    secret = ("key",)
    groups = (
        (
            _("What visitors see"),
            (("title", "colour"), ("welcome_zh", "welcome_en"), ("hours_zh", "hours_en")),
        ),
        (_("What they are asked"), (("ask_first", "ask_rating"), ("shows_names",))),
        (_("Where it may be used"), (("origins",), ("key", "numbering"))),
    )

    title = forms.CharField(label=_("Title"), max_length=60, required=False)
    colour = forms.RegexField(
        COLOUR, label=_("Colour"), initial="#1f6feb", help_text=_("Six digits after a #, as in #1f6feb.")
    )
    welcome_zh = forms.CharField(label=_("Welcome in Chinese"), max_length=300, required=False)
    welcome_en = forms.CharField(label=_("Welcome in English"), max_length=300, required=False)
    hours_zh = forms.CharField(
        label=_("Opening hours in Chinese"),
        max_length=200,
        required=False,
        help_text=_("Shown while nobody is there."),
    )
    hours_en = forms.CharField(label=_("Opening hours in English"), max_length=200, required=False)
    ask_first = forms.ChoiceField(
        label=_("Before the first message"),
        choices=[
            ("", _("Ask nothing")),
            ("optional", _("Ask for name, e-mail and phone, all optional")),
            ("email", _("Ask for name and e-mail")),
            ("phone", _("Ask for name and phone")),
        ],
        required=False,
    )
    ask_rating = forms.BooleanField(label=_("Ask for a rating when it is closed"), required=False)
    shows_names = forms.BooleanField(label=_("Show the names of colleagues"), required=False)
    origins = forms.CharField(
        label=_("Websites that may show it"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One address per line, as in https://www.example.com. Nowhere else does it work."),
    )
    key = forms.CharField(
        label=_("Secret for signed-in visitors"),
        max_length=200,
        min_length=16,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Your website signs the customer's number with it (HMAC-SHA-256)."),
    )
    numbering = forms.CharField(
        label=_("Whose customer numbers these are"),
        max_length=60,
        required=False,
        help_text=_("The source the numbers belong to, as in imports. Empty for our own."),
    )

    def clean_origins(self) -> str:
        lines = [line.strip() for line in self.cleaned_data["origins"].splitlines() if line.strip()]
        return "\n".join(dict.fromkeys(origin_of(line) for line in lines))


class ChatText(Prepared):
    def __init__(self, content: Content) -> None:
        self._text = Slots(clean(content.text))
        self.fields = frozenset(self._text.names)

    def render(self, envelope: Envelope) -> Payload:
        """The widget reads the conversation itself, so nothing has to travel but the key."""
        if not VISITOR.fullmatch(envelope.to):
            raise CannotRender("address")
        try:
            text = self._text.fill(envelope.fields, clean)
        except KeyError as missing:
            raise CannotRender(f"missing_{missing.args[0]}") from None
        if not text.strip() and not envelope.files:
            raise CannotRender("empty")
        return Payload("", envelope.to, b"")


class ChatSession(Session):
    def close(self) -> None:
        pass

    def _send(self, payload: Payload, key: str, timeout: float) -> Outcome:
        return Accepted("")

    def _check(self, timeout: float) -> Retry | Rejected | None:
        return None


@register
class Chat(Connector):
    """The chat widget."""

    key = "chat"
    label = _("Web chat")
    kind = "chat"
    handle = "visitor"
    # What is accepted stands in the conversation; saying it twice changes nothing.
    caps = Caps(
        idempotency=Idempotency.KEY,
        subject=False,
        html=False,
        longest_text=LONGEST,
        attachments=MOST_BYTES,
    )
    config_form: ClassVar[type[ConnectorForm]] = ChatForm

    def prepare(self, content: Content, config: Config) -> Prepared:
        return ChatText(content)

    def open(self, config: Config, secret: Secret) -> Session:
        return ChatSession()

    def parse(self, raw: bytes, config: Config, secret: Secret) -> Iterable[Inbound]:
        """What channels.chat wrote down of a visitor: their key and the browser's id of the message."""
        try:
            said = json.loads(raw)
            return (_incoming(said, str(config.get("numbering", ""))),)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError, OSError):
            return (Ignored("", "unreadable"),)


def _incoming(said: Mapping[str, Any], numbering: str) -> Incoming:
    visitor, number = str(said["visitor"]), str(said["id"])
    name = f"{visitor}/{number}"
    handles = [Handle("visitor", visitor, is_verified=True)]
    if said.get("member"):
        handles.append(Handle("number", str(said["member"]), numbering, is_verified=True))
    handles += [Handle(kind, str(said[kind])) for kind in ("email", "phone") if said.get(kind)]
    about = {"language": str(said["language"])} if said.get("language") else {}
    return Incoming(
        dedupe_key=name,
        at=datetime.fromtimestamp(float(said["at"]), UTC),
        party=Party(tuple(handles), str(said.get("name", "")), about),
        text=str(said.get("text", "")),
        external_id=name,
        media=tuple(_media(one) for one in said.get("files", ())),
        data={key: said[key] for key in ("id", "page", "contact") if said.get(key)},
    )


def _media(one: Mapping[str, Any]) -> Media:
    return Media(str(one["name"]), b64decode(str(one["data"]), validate=True), content_type=str(one["type"]))
