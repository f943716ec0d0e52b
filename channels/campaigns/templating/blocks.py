"""Which blocks there are, and what each is made of."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from channels.campaigns import body
from channels.campaigns.placeholders import NotUnderstood

ADDRESS = re.compile(r"https?://[^\s()<>\"'{}|\\^`]{1,990}")
KEPT_PICTURE = re.compile(r"picture:[0-9a-f]{64}")
_is_url = URLValidator(schemes=["http", "https"])


class Kind(models.TextChoices):
    HEADING = "heading", pgettext_lazy("block", "Heading")
    TEXT = "text", pgettext_lazy("block", "Text")
    BUTTON = "button", pgettext_lazy("block", "Button")
    PICTURE = "picture", pgettext_lazy("block", "Picture")
    COLUMNS = "columns", pgettext_lazy("block", "Two columns")
    PRODUCTS = "products", pgettext_lazy("block", "Recommended products")
    DIVIDER = "divider", pgettext_lazy("block", "Line")
    SPACER = "spacer", pgettext_lazy("block", "Space")
    FOOTER = "footer", pgettext_lazy("block", "Company")


ICONS = {
    Kind.HEADING: "heading",
    Kind.TEXT: "type",
    Kind.BUTTON: "mouse-pointer-click",
    Kind.PICTURE: "image",
    Kind.COLUMNS: "columns-2",
    Kind.PRODUCTS: "sparkles",
    Kind.DIVIDER: "minus",
    Kind.SPACER: "move-vertical",
    Kind.FOOTER: "building-2",
}


class Size(models.TextChoices):
    SMALL = "small", pgettext_lazy("size", "Small")
    MEDIUM = "medium", pgettext_lazy("size", "Medium")
    LARGE = "large", pgettext_lazy("size", "Large")


class Form(models.TextChoices):
    """What may stand in a part of a block."""

    LINE = "line", "line"
    TEXT = "text", "text"
    PLAIN = "plain", "plain"
    ADDRESS = "address", "address"
    PICTURE = "picture", "picture"
    SIZE = "size", "size"


@dataclass(frozen=True)
class Part:
    label: str | Promise
    form: Form
    required: bool = False
    longest: int = 200

    def check(self, value: object) -> str:
        """The value as it is kept. Raises NotUnderstood."""
        if not isinstance(value, str) or "\x00" in value:
            raise NotUnderstood(_("This block is not understood."))
        value = value.replace("\r\n", "\n").strip()
        if not value:
            if self.required:
                raise NotUnderstood(_("“%(part)s” is empty.") % {"part": self.label})
            return ""
        if len(value) > self.longest:
            raise NotUnderstood(_("“%(part)s” is too long.") % {"part": self.label})
        self._check_form(value)
        return value

    def _check_form(self, value: str) -> None:
        if self.form == Form.TEXT:
            body.read(value)
        elif self.form == Form.LINE:
            body.mark_subject(_one_line(value), body.Body())
        elif self.form == Form.PLAIN:
            if "{{" in _one_line(value) or "}}" in value:
                raise NotUnderstood(_("Personal fields cannot stand in “%(part)s”.") % {"part": self.label})
        elif self.form == Form.SIZE:
            if value not in Size.values:
                raise NotUnderstood(_("This block is not understood."))
        elif not (self.form == Form.PICTURE and KEPT_PICTURE.fullmatch(value)):
            check_address(value)


def check_address(value: str) -> None:
    """Raises NotUnderstood for what no browser could open."""
    if not ADDRESS.fullmatch(value) or not _opens(value):
        raise NotUnderstood(
            _("“%(address)s” is no web address. It begins with https:// and holds no spaces or fields.")
            % {"address": value[:80]}
        )


def _opens(value: str) -> bool:
    try:
        _is_url(value)
    except ValidationError:
        return False
    return True


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise NotUnderstood(_("This has to be one line."))
    return value


TEXT = gettext_lazy("Text")
LINK = gettext_lazy("Link")
ALT = gettext_lazy("In words, for those who do not see it")
PICTURE = Part(gettext_lazy("Picture"), Form.PICTURE, longest=1000)

PARTS: Mapping[Kind, Mapping[str, Part]] = {
    Kind.HEADING: {
        "text": Part(TEXT, Form.LINE, required=True),
        "size": Part(gettext_lazy("Size"), Form.SIZE),
    },
    Kind.TEXT: {"text": Part(TEXT, Form.TEXT, required=True, longest=5000)},
    Kind.BUTTON: {
        "label": Part(gettext_lazy("Words on it"), Form.LINE, required=True, longest=100),
        "url": Part(LINK, Form.ADDRESS, required=True, longest=1000),
    },
    Kind.PICTURE: {
        "src": Part(PICTURE.label, Form.PICTURE, required=True, longest=1000),
        "alt": Part(ALT, Form.PLAIN),
        "url": Part(LINK, Form.ADDRESS, longest=1000),
    },
    Kind.COLUMNS: {
        "left_src": PICTURE,
        "left_alt": Part(ALT, Form.PLAIN),
        "left_text": Part(gettext_lazy("Text on the left"), Form.TEXT, longest=2000),
        "right_src": PICTURE,
        "right_alt": Part(ALT, Form.PLAIN),
        "right_text": Part(gettext_lazy("Text on the right"), Form.TEXT, longest=2000),
    },
    Kind.PRODUCTS: {"text": Part(gettext_lazy("Heading"), Form.LINE)},
    Kind.DIVIDER: {},
    Kind.SPACER: {"size": Part(gettext_lazy("Size"), Form.SIZE)},
    Kind.FOOTER: {"text": Part(TEXT, Form.TEXT, required=True, longest=1000)},
}
# Channels without pictures and HTML have texts, each with a condition if that is wanted.
OF_TEXTS = (Kind.TEXT,)


def kinds_for(channel: str) -> tuple[Kind, ...]:
    return tuple(Kind) if channel == "email" else OF_TEXTS


def gist(block: Mapping[str, str]) -> str:
    """What a list shows of a block."""
    names = ("text", "label", "alt", "left_text", "right_text", "src")
    return next((block[name] for name in names if block.get(name)), "")
