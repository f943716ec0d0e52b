"""A month or a week as a grid of days that needs no script; whoever has something on a day fills it in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.lib.errors import BadInput

Span = Literal["month", "week"]
WEEK = timedelta(days=7)
YEARS = (1970, 2200)


@dataclass(frozen=True)
class Cell:
    """A day with what stands on it; `more` is how much else there is."""

    day: date
    entries: Sequence[Any]
    more: int
    is_today: bool
    is_past: bool
    is_outside: bool


@dataclass(frozen=True)
class Calendar:
    """From the day `start` up to, not including, `end`; `before` and `after` are days to look at next."""

    span: Span
    title: str
    on: date
    before: date
    after: date
    start: date
    end: date
    weeks: Sequence[Sequence[Cell]] = ()

    @property
    def weekdays(self) -> Sequence[date]:
        return [self.start + timedelta(days=place) for place in range(7)]


def read(span: str, on: str) -> Calendar:
    """The empty grid that an address asks for. Raises BadInput."""
    day = _day(on)
    if span == "week":
        start = day - timedelta(days=day.weekday())
        first = date_format(start, pgettext("calendar", "j M"))
        last = date_format(start + timedelta(days=6), pgettext("calendar", "j M Y"))
        return Calendar("week", f"{first} – {last}", day, day - WEEK, day + WEEK, start, start + WEEK)
    if span not in ("", "month"):
        raise BadInput(_("There is no such view."))
    first_day = day.replace(day=1)
    next_month = (first_day + timedelta(days=31)).replace(day=1)
    start = first_day - timedelta(days=first_day.weekday())
    number = -(-(next_month - start).days // 7)
    title, before = (
        date_format(first_day, "YEAR_MONTH_FORMAT"),
        (first_day - timedelta(days=1)).replace(day=1),
    )
    return Calendar("month", title, day, before, next_month, start, start + number * WEEK)


def weeks(grid: Calendar, entries: Mapping[date, Sequence[Any]], most: int) -> list[list[Cell]]:
    """Its weeks with at most so many entries a day."""
    days = [grid.start + timedelta(days=place) for place in range((grid.end - grid.start).days)]
    cells = [_cell(grid, day, entries.get(day, []), most) for day in days]
    return [cells[place : place + 7] for place in range(0, len(cells), 7)]


def _cell(grid: Calendar, day: date, entries: Sequence[Any], most: int) -> Cell:
    today = timezone.localdate()
    return Cell(
        day,
        entries[:most],
        max(0, len(entries) - most),
        is_today=day == today,
        is_past=day < today,
        is_outside=grid.span == "month" and day.month != grid.on.month,
    )


def _day(text: str) -> date:
    if not text:
        return timezone.localdate()
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not YEARS[0] <= day.year <= YEARS[1]:
        raise BadInput(_("There is no such day."))
    return day
