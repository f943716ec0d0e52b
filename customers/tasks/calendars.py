"""A colleague's tasks by month or week, as a grid that needs no script."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Literal

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.accounts.models import User
from crm.lib.errors import BadInput
from customers.tasks.days import own
from customers.tasks.due import add_months
from customers.tasks.models import Task

Span = Literal["month", "week"]
WEEK = timedelta(days=7)
# Tasks shown in a cell; the others are behind a link to their week.
SHOWN = {"month": 4, "week": 40}
MOST = 1000
YEARS = (1970, 2200)


@dataclass(frozen=True)
class Cell:
    day: date
    tasks: Sequence[Task]
    more: int
    is_today: bool
    is_outside: bool


@dataclass(frozen=True)
class Calendar:
    """`before`, `after` and `today` are days to look at next."""

    span: Span
    title: str
    on: date
    before: date
    after: date
    weeks: Sequence[Sequence[Cell]]

    @property
    def weekdays(self) -> Sequence[date]:
        return [cell.day for cell in self.weeks[0]]


def of(user: User, reader: User, span: str, on: str) -> Calendar:
    """`user`'s calendar as far as `reader` may see it."""
    day = _day(on)
    if span == "week":
        start = day - timedelta(days=day.weekday())
        weeks = _weeks(user, reader, start, 1, "week", day)
        first = date_format(start, pgettext("calendar", "j M"))
        last = date_format(start + timedelta(days=6), pgettext("calendar", "j M Y"))
        return Calendar("week", f"{first} – {last}", day, day - WEEK, day + WEEK, weeks)
    if span not in ("", "month"):
        raise BadInput(_("There is no such view."))
    first_day = day.replace(day=1)
    start = first_day - timedelta(days=first_day.weekday())
    number = -(-((add_months(first_day, 1) - start).days) // 7)
    weeks = _weeks(user, reader, start, number, "month", day)
    title = date_format(first_day, "YEAR_MONTH_FORMAT")
    return Calendar("month", title, day, add_months(first_day, -1), add_months(first_day, 1), weeks)


def _weeks(user: User, reader: User, start: date, number: int, span: Span, on: date) -> list[list[Cell]]:
    rows = Task.objects.visible_to(reader) if user != reader else own(user)
    shown = rows.filter(assignee=user, due_on__gte=start, due_on__lt=start + number * WEEK)
    shown = shown.exclude(state=Task.State.CANCELLED).select_related("customer").in_order()
    tasks = {day: list(same) for day, same in groupby(shown[:MOST], key=lambda task: task.due_on)}
    days = [start + timedelta(days=place) for place in range(number * 7)]
    cells = [_cell(day, tasks.get(day, []), span, on) for day in days]
    return [cells[place : place + 7] for place in range(0, len(cells), 7)]


def _cell(day: date, tasks: list[Task], span: Span, on: date) -> Cell:
    most = SHOWN[span]
    return Cell(
        day,
        tasks[:most],
        max(0, len(tasks) - most),
        is_today=day == timezone.localdate(),
        is_outside=span == "month" and day.month != on.month,
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
