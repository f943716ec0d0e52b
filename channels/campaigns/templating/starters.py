"""What a new template may begin with, in every language of the company."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.campaigns.templating.blocks import PARTS, Kind
from channels.campaigns.templating.design import LANGUAGES, Block, Design, Sheet

Words = tuple[str, str, list[Block]]
SHOP = "https://shop.lanshan.example"


@dataclass(frozen=True)
class Starter:
    """`write` says subject, preview line and blocks in the language of the moment."""

    key: str
    name: str | Promise
    text: str | Promise
    icon: str
    write: Callable[[], Words]

    def draw(self, *, mail: bool = True) -> Design:
        sheets: dict[str, Sheet] = {}
        numbers = iter(range(1, 1000))
        for language in LANGUAGES:
            with translation.override(language):
                subject, preheader, blocks = self.write()
            listed = [{"id": next(numbers), **one} for one in (blocks if mail else _texts(blocks))]
            lines = (subject, preheader) if mail else ("", "")
            sheets[language] = {"subject": lines[0], "preheader": lines[1], "blocks": listed}
        return {"languages": sheets, "last": next(numbers) - 1}


def find(key: str) -> Starter:
    return next((one for one in STARTERS if one.key == key), STARTERS[-1])


def block(kind: Kind, when: tuple[str, str, str] | None = None, **parts: str) -> Block:
    made: dict[str, Any] = {"kind": kind.value, **dict.fromkeys(PARTS[kind], ""), **parts}
    if when:
        made["when"] = dict(zip(("subject", "op", "value"), when, strict=True))
    return made


def _texts(blocks: list[Block]) -> Iterator[Block]:
    """What of it a short message says."""
    yield from [one for one in blocks if one["kind"] == Kind.TEXT][:1]


def _company() -> Block:
    return block(Kind.FOOTER, text=_("Lanshan Living · Coffee and everyday things, with care"))


def _welcome() -> Words:
    return (
        _("Welcome, {{ salutation|dear customer }}"),
        _("What you can look forward to"),
        [
            block(Kind.HEADING, text=_("Good to have you with us"), size="large"),
            block(
                Kind.TEXT,
                text=_(
                    "Dear {{ salutation|customer }},\n\nthank you for coming to us. From now on you hear"
                    " first what is new, and never more often than you like."
                ),
            ),
            block(Kind.TEXT, ("city", "set", ""), text=_("We also send to {{ city|you }}, free of charge.")),
            block(Kind.BUTTON, label=_("Look around"), url=f"{SHOP}/new"),
            block(Kind.DIVIDER),
            _company(),
        ],
    )


def _win_back() -> Words:
    return (
        _("{{ salutation|Dear customer }}, we have kept something for you"),
        _("Ten percent off until Sunday"),
        [
            block(Kind.HEADING, text=_("It has been a while"), size="large"),
            block(
                Kind.TEXT,
                text=_(
                    "{{ salutation|Dear customer }}, your last order was on {{ last_order|a day long ago }}. "
                    "Much is new since then."
                ),
            ),
            block(
                Kind.TEXT,
                ("orders", "above", "2"),
                text=_("As you have ordered from us several times, sending is free for you this week."),
            ),
            block(Kind.PRODUCTS, text=_("This may be for you")),
            block(Kind.BUTTON, label=_("Use my ten percent"), url=f"{SHOP}/back"),
            block(Kind.SPACER, size="small"),
            _company(),
        ],
    )


def _festival() -> Words:
    return (
        _("A happy festival to you, {{ salutation|dear customer }}"),
        _("Our holiday table, and when we are closed"),
        [
            block(Kind.HEADING, text=_("Happy festival"), size="large"),
            block(
                Kind.TEXT,
                text=_("We wish you and your family days of rest. For the table we have put this together:"),
            ),
            block(
                Kind.COLUMNS,
                left_text=_("Gift boxes\n\nBeans of three gardens, packed by hand."),
                right_text=_("For the table\n\nCups and pots of one kiln."),
            ),
            block(Kind.BUTTON, label=_("See the gift boxes"), url=f"{SHOP}/festival"),
            block(
                Kind.TEXT,
                ("kind", "is", "organisation"),
                text=_("Companies get an invoice and sending to many addresses: answer to this mail."),
            ),
            block(Kind.DIVIDER),
            _company(),
        ],
    )


def _empty() -> Words:
    text = _("Dear {{ salutation|customer }},")
    return "", "", [block(Kind.TEXT, text=text)]


STARTERS = (
    Starter("welcome", gettext_lazy("Welcome"), gettext_lazy("Greets new customers."), "hand", _welcome),
    Starter(
        "win-back",
        gettext_lazy("Win back"),
        gettext_lazy("Reminds of the last order and recommends products."),
        "undo-2",
        _win_back,
    ),
    Starter(
        "festival",
        gettext_lazy("Festival"),
        gettext_lazy("Wishes and gift ideas in two columns."),
        "party-popper",
        _festival,
    ),
    Starter("empty", gettext_lazy("Empty"), gettext_lazy("Write your own."), "plus", _empty),
)
