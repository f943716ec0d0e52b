"""A form on the web: its fields are built in the settings, its page is ours, and what comes is a message."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.connectors.arriving import Handle, Ignored, Inbound, Incoming, Party
from channels.connectors.base import Caps, Config, ConnectorForm, Listener, Secret
from channels.connectors.registry import register
from channels.connectors.sites import origin_of

STANDARD = ("name", "email", "phone", "company", "city", "message")
KINDS = ("text", "long", "number", "date", "choice", "yes")
MOST_QUESTIONS, MOST_CHOICES = 20, 30
ASKED = [
    ("", pgettext_lazy("form field", "Not asked")),
    ("optional", pgettext_lazy("form field", "Optional")),
    ("required", pgettext_lazy("form field", "Required")),
]


@dataclass(frozen=True)
class Question:
    """One field of its own: `Size | Grösse…` in both languages, its kind, its choices."""

    label_zh: str
    label_en: str
    kind: str
    is_required: bool
    choices: tuple[str, ...] = ()

    def label(self, language: str) -> str:
        return self.label_zh if language.startswith("zh") else self.label_en


def questions_of(config: Config) -> tuple[Question, ...]:
    """As they stand in the settings; lines that cannot be read are left out, the form refuses them."""
    lines = str(config.get("questions", "")).splitlines()
    return tuple(one for line in lines[:MOST_QUESTIONS] if (one := _question(line)))


def _question(line: str) -> Question | None:
    parts = [part.strip() for part in line.split("|")]
    if len(parts) < 3 or not parts[0] or not parts[1]:
        return None
    kind, _colon, rest = parts[2].partition(":")
    choices = tuple(one.strip()[:100] for one in rest.split(";") if one.strip())[:MOST_CHOICES]
    if kind.strip() not in KINDS or (kind.strip() == "choice") != bool(choices):
        return None
    is_required = len(parts) > 3 and parts[3] == "required"
    return Question(parts[0][:100], parts[1][:100], kind.strip(), is_required, choices)


class WebFormForm(ConnectorForm):
    groups = (
        (
            _("What visitors see"),
            (("title_zh", "title_en"), ("intro_zh", "intro_en"), ("thanks_zh", "thanks_en")),
        ),
        (_("Fields"), (("name", "email", "phone"), ("company", "city", "message"), ("questions",))),
        (_("Where it may be used"), (("asks_consent",), ("origins",))),
    )

    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=100)
    title_en = forms.CharField(label=_("Title in English"), max_length=100)
    intro_zh = forms.CharField(label=_("First words in Chinese"), max_length=500, required=False)
    intro_en = forms.CharField(label=_("First words in English"), max_length=500, required=False)
    thanks_zh = forms.CharField(label=_("Thanks in Chinese"), max_length=300, required=False)
    thanks_en = forms.CharField(label=_("Thanks in English"), max_length=300, required=False)
    name = forms.ChoiceField(label=_("Name"), choices=ASKED, required=False, initial="optional")
    email = forms.ChoiceField(
        label=pgettext_lazy("address", "E-mail"), choices=ASKED, required=False, initial="required"
    )
    phone = forms.ChoiceField(label=_("Phone"), choices=ASKED, required=False)
    company = forms.ChoiceField(label=_("Company"), choices=ASKED, required=False)
    city = forms.ChoiceField(label=_("City"), choices=ASKED, required=False)
    message = forms.ChoiceField(label=_("Message"), choices=ASKED, required=False, initial="required")
    questions = forms.CharField(
        label=_("Questions of your own"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "One per line: Chinese | English | kind | required. Kinds: text, long, number, date, yes, "
            "choice: red; blue. Without the last part it is optional."
        ),
    )
    asks_consent = forms.BooleanField(
        label=_("Ask whether offers and news may be sent"),
        required=False,
        help_text=_("It counts once they press the button in the mail that they are sent."),
    )
    origins = forms.CharField(
        label=_("Websites that may show it"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One address per line, as in https://www.example.com. Nowhere else does it work."),
    )

    def clean_questions(self) -> str:
        lines = [line.strip() for line in self.cleaned_data["questions"].splitlines() if line.strip()]
        if len(lines) > MOST_QUESTIONS:
            raise forms.ValidationError(_("At most %(most)s questions.") % {"most": MOST_QUESTIONS})
        for line in lines:
            if _question(line) is None:
                raise forms.ValidationError(_("This line cannot be read: %(line)s") % {"line": line[:80]})
        return "\n".join(lines)

    def clean_origins(self) -> str:
        lines = [line.strip() for line in self.cleaned_data["origins"].splitlines() if line.strip()]
        return "\n".join(dict.fromkeys(origin_of(line) for line in lines))

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("asks_consent") and values.get("email") != "required":
            self.add_error("email", _("Without an e-mail address nobody can confirm that they want offers."))
        return values


@register
class WebForm(Listener):
    """A form. Answers go by other ways: to the address or number that was left."""

    key = "webform"
    label = _("Web form")
    kind = "web"
    caps = Caps(sends=False, subject=False, html=False)
    config_form: ClassVar[type[ConnectorForm]] = WebFormForm

    def parse(self, raw: bytes, config: Config, secret: Secret) -> Iterable[Inbound]:
        """What channels.chat wrote down of one sending."""
        try:
            return (_incoming(json.loads(raw)),)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError, OSError):
            return (Ignored("", "unreadable"),)


def _incoming(said: Mapping[str, Any]) -> Incoming:
    values: Mapping[str, str] = {name: str(said["values"].get(name, "")) for name in STANDARD}
    handles = [Handle(kind, values[kind]) for kind in ("email", "phone") if values[kind]]
    # Who leaves no address is a stranger each time.
    handles = handles or [Handle("visitor", str(said["id"]))]
    answers = [f"{label}: {value}" for label, value in said["answers"]]
    about = {name: values[name] for name in ("company", "city") if values[name]}
    return Incoming(
        dedupe_key=str(said["id"]),
        at=datetime.fromtimestamp(float(said["at"]), UTC),
        party=Party(tuple(handles), values["name"], {**about, "language": str(said["language"])}),
        text="\n".join(one for one in (values["message"], *answers) if one) or str(said["title"]),
        subject=str(said["title"]),
        external_id=str(said["id"]),
        data={"form": str(said["title"]), "page": str(said.get("page", ""))},
    )
