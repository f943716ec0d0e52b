"""The public holidays of China and the workdays that make up for them, as far as they are announced.

The State Council announces a year in the autumn before it; the package `chinesecalendar` follows some weeks
later. A year it does not know has no exceptions here, and pages say so.
"""

from datetime import date
from enum import Enum

from chinese_calendar.constants import holidays, workdays


class Day(Enum):
    HOLIDAY = "holiday"
    MAKE_UP = "make-up"


YEARS = frozenset(day.year for day in holidays)


def knows(year: int) -> bool:
    return year in YEARS


def last_year() -> int:
    return int(max(YEARS))


def day(day: date) -> Day | None:
    """What is special about a day; None for an ordinary one and for years not announced yet."""
    if day in holidays:
        return Day.HOLIDAY
    return Day.MAKE_UP if day in workdays else None


def name(day: date) -> str:
    """What the state calls the holiday, in English; empty for an ordinary day."""
    return str(holidays.get(day) or workdays.get(day) or "")
