"""Messages of plain text, and templates that a provider approved, as chats and telephones have them."""

import json
import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from secrets import choice
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from channels.connectors.base import (
    BLANK,
    CannotRender,
    Config,
    ConnectorForm,
    Content,
    Envelope,
    Payload,
    Prepared,
    Template,
)
from channels.connectors.fields import Slots, clean
from channels.connectors.files import Enclosed, FileKind, kind_of

NUMBER = re.compile(r"\+[1-9][0-9]{5,14}")
ACCOUNT = re.compile(r"[A-Za-z0-9_@.=-]{1,120}")
KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
TEMPLATE_LINES = _("One per line: name | language | text with {{1}} or {{name}} for each blank.")


class PlainText(Prepared):
    """Texts for one recipient after the other. Subjects and HTML have no place here."""

    # What an address looks like.
    address: ClassVar[re.Pattern[str]] = ACCOUNT
    longest: ClassVar[int] = 2000

    def __init__(self, content: Content, config: Config) -> None:
        self.config = config
        self._text = Slots(clean(content.text))
        self.fields = frozenset(self._text.names)
        self._templates = {one.name: one for one in templates(config)}

    def render(self, envelope: Envelope) -> Payload:
        if not self.address.fullmatch(envelope.to):
            raise CannotRender("address")
        if not KEY.fullmatch(envelope.key):
            raise CannotRender("key")
        if envelope.files:
            return self._enclosed(envelope)
        if envelope.template:
            return self._templated(envelope)
        try:
            text = self._text.fill(envelope.fields, clean).replace("\r\n", "\n").strip("\n")
        except KeyError as missing:
            raise CannotRender(f"missing_{missing.args[0]}") from None
        if not text.strip():
            raise CannotRender("empty")
        if len(text) > self.longest:
            raise CannotRender("too_long")
        return self.write(envelope, text.encode(errors="replace").decode())

    def _enclosed(self, envelope: Envelope) -> Payload:
        raise CannotRender("files")

    @abstractmethod
    def write(self, envelope: Envelope, text: str) -> Payload:
        """The text as the provider wants it."""

    def write_template(self, envelope: Envelope, template: Template) -> Payload:
        raise CannotRender("template")

    def _templated(self, envelope: Envelope) -> Payload:
        template = self._templates.get(envelope.template)
        if template is None:
            raise CannotRender("template")
        for blank in template.blanks:
            if not envelope.fields.get(blank, "").strip():
                raise CannotRender(f"missing_{blank}")
        return self.write_template(envelope, template)


class TextOrFile(PlainText):
    """Texts, and messages that are one file and nothing else."""

    kinds: ClassVar[tuple[FileKind, ...]]

    def _enclosed(self, envelope: Envelope) -> Payload:
        kind = kind_of(self.kinds, envelope.files[0].content_type)
        fits = kind is not None and len(envelope.files[0].data) <= kind.most
        if kind is None or not fits or len(envelope.files) > 1 or envelope.fields.get("body", "").strip():
            raise CannotRender("files")
        return self.write_file(envelope, envelope.files[0], kind.name)

    @abstractmethod
    def write_file(self, envelope: Envelope, file: Enclosed, kind: str) -> Payload:
        """The message that shows the file, and the file itself to be handed over before it."""


def templates(config: Config) -> tuple[Template, ...]:
    """As they stand in the settings of a channel."""
    lines = str(config.get("templates", "")).splitlines()
    return tuple(one for line in lines[:200] if (one := _template(line)))


def _template(line: str) -> Template | None:
    name, _bar, rest = (part.strip() for part in line.partition("|"))
    language, _bar, text = (part.strip() for part in rest.partition("|"))
    if not name or not text:
        return None
    return Template(name, text, tuple(dict.fromkeys(BLANK.findall(text))), language)


def digits(number: int) -> str:
    return "".join(choice("123456789") for _place in range(number))


def packed(message: Any) -> bytes:
    """JSON with its letters as they are: some providers show what is escaped as it stands."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


class ProviderForm(ConnectorForm):
    """Settings of a provider that the local sandbox can play."""

    sandbox = forms.BooleanField(
        label=_("Use the local sandbox"),
        required=False,
        help_text=_(
            "The sandbox plays the provider, and nothing leaves this machine. The rest may stay empty."
        ),
    )

    # What the sandbox's account is called where nothing is typed.
    invented: ClassVar[Mapping[str, Callable[[], str]]] = {}

    def clean(self) -> dict[str, Any]:
        """With the sandbox nobody needs an account; without it, nothing may be missing."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("sandbox"):
            missing = [one for one in self.invented if not values.get(one) and one not in self.kept]
            values.update((name, self.invented[name]()) for name in missing if name not in self.errors)
            return values
        for name in self.needed():
            if not values.get(name) and name not in self.errors and name not in self.kept:
                self.add_error(name, _("This field is required."))
        return values

    def needed(self) -> Iterable[str]:
        """What a real account cannot do without."""
        return ()


class TemplatesField(forms.CharField):
    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})

    def __init__(self) -> None:
        super().__init__(
            label=_("Approved templates"), required=False, max_length=20_000, help_text=TEMPLATE_LINES
        )

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip() and _template(line) is None:
                raise forms.ValidationError(
                    _("Line %(number)s is no template: name | language | text."), params={"number": number}
                )
        return text


def secret_field(
    label: Any, *, help_text: Any = "", required: bool = False, most: int = 500
) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=500,
        required=required,
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
