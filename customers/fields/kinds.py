"""What each kind of custom field takes, and how it is shown.

A value is what JSON can hold: text, a number, or a list of the keys of choices; dates are text like
2024-01-31, which sorts as dates do. None is "not filled in" and is never stored.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from crm.lib import dates, reading
from crm.lib.money import amount
from crm.lib.reading import Unreadable
from crm.lib.templatetags.ui import money
from customers.fields.definitions import Definition, Kind

LONGEST_TEXT = 500
# More digits than this are not what a double can hold, and nobody counts so far.
NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,3})?")
GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
BREAKS = re.compile(r"[,;|，；、\n]")


def read(definition: Definition, text: str) -> Any:
    """The value that somebody wrote, None when nothing is written. Raises Unreadable."""
    return READERS[definition.kind](definition, text)


def shown(definition: Definition, value: Any) -> str:
    """The value as people read it, in their language."""
    if value is None or value == []:
        return ""
    if definition.kind == Kind.MONEY:
        return money(value, settings.DEFAULT_CURRENCY)
    if definition.kind == Kind.NUMBER:
        return f"{value:,}"
    if definition.kind == Kind.CHOICE:
        return definition.option_labels.get(value, str(value))
    if definition.kind == Kind.SEVERAL:
        return ", ".join(definition.option_labels.get(one, one) for one in value)
    return str(value)


def written(definition: Definition, value: Any) -> str:
    """The value as a file holds it: `read` takes it back."""
    if value is None:
        return ""
    return ", ".join(value) if definition.kind == Kind.SEVERAL else str(value)


def _text(definition: Definition, text: str) -> str | None:
    return reading.line(text, LONGEST_TEXT).replace("\x00", "") or None


def _number(definition: Definition, text: str) -> int | float | None:
    digits = reading.plain(text).replace("−", "-").removeprefix("+")
    if not digits:
        return None
    if GROUPED.fullmatch(digits):
        digits = digits.replace(",", "")
    if not NUMBER.fullmatch(digits):
        raise Unreadable("rounded_number" if reading.ROUNDED.fullmatch(digits) else "bad_number")
    return _plain(Decimal(digits))


def _money(definition: Definition, text: str) -> int | float | None:
    found = amount(text)
    if found is None:
        return None
    value, currency = found
    if currency and currency != settings.DEFAULT_CURRENCY:
        raise Unreadable("other_currency")
    return _plain(value)


def _plain(value: Decimal) -> int | float:
    """Exact: neither kind has more digits than a double keeps."""
    return int(value) if value == value.to_integral_value() else float(value)


def _date(definition: Definition, text: str) -> str | None:
    found = dates.day(text)
    return found.isoformat() if isinstance(found, date) else None


def _choice(definition: Definition, text: str) -> str | None:
    word = text.strip().casefold()
    if not word:
        return None
    if word not in definition.words:
        raise Unreadable("bad_choice")
    return definition.words[word]


def _several(definition: Definition, text: str) -> list[str] | None:
    """In the order in which the field offers them, so that equal answers are equal values."""
    chosen = {_choice(definition, part) for part in BREAKS.split(text) if part.strip()}
    return [one.key for one in definition.options if one.key in chosen] or None


def _link(definition: Definition, text: str) -> str | None:
    """Only addresses that a browser opens as a page: a link must not run a script."""
    address = reading.plain(text)
    if not address:
        return None
    if "://" not in address:
        address = f"https://{address}"
    if len(address) > LONGEST_TEXT:
        raise Unreadable("too_long")
    try:
        parts = urlsplit(address)
    except ValueError:
        raise Unreadable("bad_link") from None
    if parts.scheme.lower() not in ("http", "https") or "." not in parts.netloc or re.search(r"\s", address):
        raise Unreadable("bad_link")
    return address


READERS: dict[str, Callable[[Definition, str], Any]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.MONEY: _money,
    Kind.DATE: _date,
    Kind.CHOICE: _choice,
    Kind.SEVERAL: _several,
    Kind.LINK: _link,
}
