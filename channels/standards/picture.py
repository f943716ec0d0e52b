"""A month of a calendar as a picture: open, closed, holiday, making up."""

from calendar import Calendar as Weeks
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from channels.standards import china, hours
from channels.standards.hours import Hours


@dataclass(frozen=True)
class Day:
    on: date
    # open, closed, holiday, makeup or own; empty for days of the months beside it.
    look: str
    text: str
    tip: str


def month(shown: Hours, names: dict[date, str], first: date) -> list[list[Day]]:
    """Whole weeks, Monday first."""
    weeks = Weeks().monthdatescalendar(first.year, first.month)
    return [[_day(shown, names, one, first) for one in week] for week in weeks]


def unknown_year(shown: Hours, first: date) -> int | None:
    """The year for which no holidays are announced yet, where the calendar wants them."""
    return first.year if shown.china and not china.knows(first.year) else None


def _day(shown: Hours, names: dict[date, str], on: date, first: date) -> Day:
    text = hours.write(shown.of_day(on))
    if on.month != first.month:
        return Day(on, "", "", "")
    if on in shown.special:
        return Day(on, "own", text, names.get(on) or _("A day of its own"))
    kind = china.day(on) if shown.china else None
    if kind is china.Day.HOLIDAY:
        return Day(on, "holiday", text, _("Public holiday"))
    if kind is china.Day.MAKE_UP:
        return Day(on, "makeup", text, _("Workday that makes up for a holiday"))
    if text:
        return Day(on, "open", text, pgettext("calendar", "Open"))
    return Day(on, "closed", "", pgettext("calendar", "Closed"))
