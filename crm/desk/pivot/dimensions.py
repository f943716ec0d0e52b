"""By what facts may be counted. Each way is written here, in code: what an address names is looked up in a
table and never becomes a part of a statement.

A dimension gives each fact a value (`value`), says how the database writes that value as a key (`key`), and
turns a key back into a condition (`match`), so that a cell leads to exactly the rows that were counted in it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Choices, F, Model, Q
from django.db.models.functions import (
    ExtractHour,
    ExtractIsoWeekDay,
    TruncDay,
    TruncMonth,
    TruncQuarter,
    TruncYear,
)
from django.db.models.lookups import Exact
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crm.lib.errors import BadInput
from segments.facts import start_of, zone

Text = str | Promise
Names = Callable[[Sequence[str]], Mapping[str, str]]
YEARS = frozenset(map(str, range(1900, 2200)))


def _themselves(keys: Sequence[str]) -> Mapping[str, str]:
    return {key: key for key in keys}


@dataclass(frozen=True)
class Dimension:
    """`natural` are keys in the order in which they are thought of, such as the steps of a life."""

    key: str
    label: Text
    heading: Text
    value: Any
    match: Callable[[str], Q]
    # How a value is written as a key: a format of to_char, or "" for plain text.
    form: str = ""
    names: Names = _themselves
    natural: tuple[str, ...] = ()
    is_time: bool = False
    # The spans from one to another, those between them in which nothing happened included.
    between: Callable[[str, str], list[str]] | None = None
    needs: tuple[str, str] | None = None

    def name_all(self, keys: Iterable[str]) -> dict[str, str]:
        """What the keys are called; an empty one is nothing that was stated."""
        stated = [key for key in keys if key]
        return {"": pgettext("value of a dimension", "Not stated"), **self.names(stated)}


def plain(key: str, label: Text, heading: Text, path: str, **more: Any) -> Dimension:
    """A column of text."""
    return Dimension(key, label, heading, F(path), _equal(path), **more)


def chosen(key: str, label: Text, heading: Text, path: str, choices: type[Choices], **more: Any) -> Dimension:
    """A column that holds one of few values."""
    natural = tuple(map(str, choices.values))

    def names(keys: Sequence[str]) -> Mapping[str, str]:
        known = {str(value): str(text) for value, text in choices.choices}
        return {key: known.get(key, key) for key in keys}

    return Dimension(key, label, heading, F(path), _equal(path), names=names, natural=natural, **more)


def record(key: str, label: Text, heading: Text, path: str, model: type[Model], **more: Any) -> Dimension:
    """A foreign key to a table whose names every colleague may read."""

    def names(keys: Sequence[str]) -> Mapping[str, str]:
        found = model._default_manager.in_bulk([int(key) for key in keys])
        return {key: str(found.get(int(key), key)) for key in keys}

    def match(key: str) -> Q:
        if key and not (key.isascii() and key.isdecimal() and len(key) < 19):
            raise BadInput(_("There is no such value in the table."))
        return Q(**{path: int(key)}) if key else Q(**{f"{path}__isnull": True})

    return Dimension(key, label, heading, F(path), match, names=names, **more)


def times(path: str, heading: Text) -> list[Dimension]:
    """What a moment belongs to, by the company's clock."""

    def spans(key: str, label: Text, trunc: Any, form: str) -> Dimension:
        value = trunc(path, tzinfo=zone())
        steps = partial(_steps, key)
        return Dimension(key, label, heading, value, _within(path, key), form, is_time=True, between=steps)

    def parts(key: str, label: Text, extract: Any, numbers: range, names: Names) -> Dimension:
        natural = tuple(map(str, numbers))
        value = extract(path, tzinfo=zone())
        return Dimension(key, label, heading, value, _part(value, natural), names=names, natural=natural)

    return [
        spans("day", gettext_lazy("Day"), TruncDay, "YYYY-MM-DD"),
        spans("month", gettext_lazy("Month"), TruncMonth, "YYYY-MM"),
        spans("quarter", gettext_lazy("Quarter"), TruncQuarter, 'YYYY-"Q"Q'),
        spans("year", gettext_lazy("Year"), TruncYear, "YYYY"),
        parts("weekday", gettext_lazy("Weekday"), ExtractIsoWeekDay, range(1, 8), _weekdays),
        parts("hour", gettext_lazy("Hour of the day"), ExtractHour, range(24), _hours),
    ]


def _equal(path: str) -> Callable[[str], Q]:
    def match(key: str) -> Q:
        return Q(**{path: key}) if key else Q(**{path: ""}) | Q(**{f"{path}__isnull": True})

    return match


def _part(value: Any, natural: Sequence[str]) -> Callable[[str], Q]:
    def match(key: str) -> Q:
        if key not in natural:
            raise BadInput(_("There is no such value in the table."))
        return Q(Exact(value, int(key)))

    return match


def _within(path: str, unit: str) -> Callable[[str], Q]:
    """A range of moments: an index by time finds it."""

    def match(key: str) -> Q:
        first, after = span(unit, key)
        return Q(**{f"{path}__gte": first, f"{path}__lt": after})

    return match


def span(unit: str, key: str) -> tuple[datetime, datetime]:
    """When a day, month, quarter or year begins, and when the next one does."""
    try:
        first = _first_day(unit, key)
        after = {
            "day": lambda: first + timedelta(days=1),
            "month": lambda: (first + timedelta(days=32)).replace(day=1),
            "quarter": lambda: (first + timedelta(days=95)).replace(day=1),
            "year": lambda: first.replace(year=first.year + 1),
        }[unit]()
    except (ValueError, OverflowError):
        raise BadInput(_("There is no such value in the table.")) from None
    return start_of(first), start_of(after)


def _steps(unit: str, first: str, last: str) -> list[str]:
    """Months and longer; days are shown only when something happened."""
    keys, key = [first], first
    while key < last and unit != "day":
        day = span(unit, key)[1].astimezone(zone()).date()
        quarter = f"{day.year}-Q{(day.month + 2) // 3}"
        key = {"month": f"{day:%Y-%m}", "quarter": quarter, "year": str(day.year)}[unit]
        keys.append(key)
    return keys


def _first_day(unit: str, key: str) -> date:
    year, _dash, rest = key.partition("-")
    if year not in YEARS:
        raise ValueError(key)
    if unit == "year":
        return date(int(year), 1, 1)
    if unit == "quarter":
        return date(int(year), {"Q1": 1, "Q2": 4, "Q3": 7, "Q4": 10}.get(rest, 0), 1)
    return date.fromisoformat(key if unit == "day" else f"{key}-01")


def _weekdays(keys: Sequence[str]) -> Mapping[str, str]:
    return {key: str(WEEKDAYS[int(key) - 1]) for key in keys}


def _hours(keys: Sequence[str]) -> Mapping[str, str]:
    return {key: f"{int(key):02}:00" for key in keys}
