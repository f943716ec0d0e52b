"""Spans of time that stay what they are called: a saved pivot shows the last month whenever it is opened."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.lib.errors import BadInput

ALL, OWN = "all", "own"
PERIODS = {
    "30d": gettext_lazy("30 days"),
    "90d": gettext_lazy("90 days"),
    "12m": gettext_lazy("12 months"),
    "36m": gettext_lazy("3 years"),
    "week": gettext_lazy("Last week"),
    "month": gettext_lazy("Last month"),
    ALL: gettext_lazy("All time"),
    OWN: gettext_lazy("From … to …"),
}
USUAL = "12m"


@dataclass(frozen=True)
class Period:
    """First and last day, both included; None is open."""

    key: str
    first: date | None = None
    last: date | None = None

    @property
    def words(self) -> str:
        if self.key != OWN:
            return str(PERIODS[self.key])
        return f"{self.first or '…'} – {self.last or '…'}"


def read(key: str, first: str, last: str) -> Period:
    """A named period, or one's own from a first to a last day."""
    if key not in PERIODS:
        raise BadInput(_("There is no such period."))
    if key != OWN:
        return Period(key, *_span(key, timezone.localdate()))
    days = (_day(first), _day(last))
    if not any(days):
        return Period(OWN, *_span(USUAL, timezone.localdate()))
    if days[0] and days[1] and days[0] > days[1]:
        days = days[::-1]
    return Period(OWN, *days)


def _span(key: str, today: date) -> tuple[date | None, date | None]:
    if key == ALL:
        return None, None
    if key == "week":
        monday = today - timedelta(days=today.weekday() + 7)
        return monday, monday + timedelta(days=6)
    this = today.replace(day=1)
    if key == "month":
        last = this - timedelta(days=1)
        return last.replace(day=1), last
    number = int(key[:-1])
    if key.endswith("d"):
        return today - timedelta(days=number - 1), today
    return _months_before(this, number - 1), today


def _months_before(first: date, number: int) -> date:
    month = first.year * 12 + first.month - 1 - number
    return date(month // 12, month % 12 + 1, 1)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.min
    if day and not 1900 <= day.year < 2200:
        raise BadInput(_("This is no day."))
    return day


def after(day: date) -> date:
    return day + timedelta(days=1)
