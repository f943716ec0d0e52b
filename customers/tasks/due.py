"""When a task is due, when to remind of it, when it comes back. Pure arithmetic on the reader's clock."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

# Of a task without an hour one is reminded as if it were due then.
MORNING = time(9, 0)
DAY = timedelta(days=1)
SATURDAY = 5
# How a series goes on: by days or by months.
STEPS = {"daily": 1, "weekly": 7, "fortnightly": 14}
MONTHS = {"monthly": 1, "yearly": 12}


def moment(day: date, at: time) -> datetime:
    """That time of that day on the reader's clock."""
    return timezone.make_aware(datetime.combine(day, at))


def reminder(due_on: date, due_at: datetime | None, before: int | None) -> datetime | None:
    if before is None:
        return None
    return (due_at or moment(due_on, MORNING)) - timedelta(minutes=before)


def moved(due_at: datetime | None, day: date) -> datetime | None:
    """The same hour on another day."""
    return moment(day, timezone.localtime(due_at).time()) if due_at else None


def after(repeat: str, start: date, day: date) -> date:
    """The next day after `day` in a series that began at `start`."""
    if repeat == "workdays":
        return next_workday(day)
    if repeat in MONTHS:
        return _after_in_months(start, day, MONTHS[repeat])
    step = STEPS[repeat]
    return start + timedelta(days=max(0, (day - start).days // step + 1) * step)


def next_workday(day: date) -> date:
    day += DAY
    while day.weekday() >= SATURDAY:
        day += DAY
    return day


def later(today: date) -> Sequence[tuple[str, date, str]]:
    """Where a task may be put off to with one click: what it is called, the day, its weekday."""
    monday = today + timedelta(days=7 - today.weekday())
    days = [(_("Tomorrow"), today + DAY), (_("Next Monday"), monday), (_("In a week"), today + 7 * DAY)]
    return [(label, day, date_format(day, "D j")) for label, day in days]


def add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _after_in_months(start: date, day: date, step: int) -> date:
    """Each month on the day of the first one; the 31st is the last day where there is none."""
    passed = (day.year - start.year) * 12 + day.month - start.month
    number = max(0, passed // step) * step
    while (found := add_months(start, number)) <= day:
        number += step
    return found
