"""The Chinese lunar calendar from 1900 to 2100: which day is which, and when a lunar birthday is kept.

Each year is one number: bits 15 to 4 say which of the twelve months have 30 days, the last four which month
is followed by a leap month of its name, bit 16 whether that one has 30 days. The months were computed from
new moons and solar terms (Meeus, Astronomical Algorithms, chapters 25 and 49; Beijing local time before 1929,
UTC+8 since). In 1906, 1917, 1922 and 2057 the moon or the term comes within minutes of midnight: there the
tables of the Hong Kong Observatory are followed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

FIRST = date(1900, 1, 31)
YEARS = range(1900, 2101)
TABLE = """
    04bd8 04ae0 0a570 054d5 0d260 0d950 16554 056a0 09ad0 055d2 04ae0 0a5b6 0a4d0 0d250 1d255
    0b540 0d6a0 0ada2 095b0 14977 04970 0a4b0 0b4b5 06a50 06d40 1ab54 02b60 09570 052f2 04970
    06566 0d4a0 0ea50 16a95 05ad0 02b60 186e3 092e0 1c8d7 0c950 0d4a0 1d8a6 0b550 056a0 1a5b4
    025d0 092d0 0d2b2 0a950 0b557 06ca0 0b550 15355 04da0 0a5b0 14573 052b0 0a9a8 0e950 06aa0
    0aea6 0ab50 04b60 0aae4 0a570 05260 0f263 0d950 05b57 056a0 096d0 04dd5 04ad0 0a4d0 0d4d4
    0d250 0d558 0b540 0b6a0 195a6 095b0 049b0 0a974 0a4b0 0b27a 06a50 06d40 0af46 0ab60 09570
    04af5 04970 064b0 074a3 0ea50 06b58 05ac0 0ab60 096d5 092e0 0c960 0d954 0d4a0 0da50 07552
    056a0 0abb7 025d0 092d0 0cab5 0a950 0b4a0 0baa4 0ad50 055d9 04ba0 0a5b0 15176 052b0 0a930
    07954 06aa0 0ad50 05b52 04b60 0a6e6 0a4e0 0d260 0ea65 0d530 05aa0 076a3 096d0 04afb 04ad0
    0a4d0 1d0b6 0d250 0d520 0dd45 0b5a0 056d0 055b2 049b0 0a577 0a4b0 0aa50 1b255 06d20 0ada0
    14b63 09370 049f8 04970 064b0 168a6 0ea50 06b20 1a6c4 0aae0 092e0 0d2e3 0c960 0d557 0d4a0
    0da50 05d55 056a0 0a6d0 055d4 052d0 0a9b8 0a950 0b4a0 0b6a6 0ad50 055a0 0aba4 0a5b0 052b0
    0b273 06930 07337 06aa0 0ad50 14b55 04b60 0a570 054e4 0d160 0e968 0d520 0daa0 16aa6 056d0
    04ae0 0a9d4 0a2d0 0d150 0f252 0d520
"""
CODES = tuple(int(code, 16) for code in TABLE.split())


@dataclass(frozen=True)
class Lunar:
    """A day. `is_leap`: in the second month of this number."""

    year: int
    month: int
    day: int
    is_leap: bool = False


@dataclass(frozen=True)
class Month:
    number: int
    is_leap: bool
    first: date
    days: int


@lru_cache(maxsize=256)
def months(year: int) -> tuple[Month, ...]:
    """Of a lunar year, which begins in January or February; none outside of the table."""
    return tuple(_months(year)) if year in YEARS else ()


def of(day: date) -> Lunar | None:
    for year in (day.year, day.year - 1):
        for month in months(year):
            passed = (day - month.first).days
            if 0 <= passed < month.days:
                return Lunar(year, month.number, passed + 1, month.is_leap)
    return None


def find(one: Lunar) -> date | None:
    """The day in the common calendar; None where that year has no such day."""
    for month in months(one.year):
        if (month.number, month.is_leap) == (one.month, one.is_leap) and one.day <= month.days:
            return month.first + timedelta(days=one.day - 1)
    return None


def last_day(year: int) -> date | None:
    """The eve of the next year's first day."""
    last = months(year)[-1:]
    return last[0].first + timedelta(days=last[0].days - 1) if last else None


def kept_on(birthday: date, year: int) -> date | None:
    """When a lunar birthday is kept in a lunar year. Who was born in a leap month keeps the common month of
    its number where there is no such leap month, and who was born on the 30th the 29th of a short month."""
    born = of(birthday)
    if born is None:
        return None
    named = [month for month in months(year) if month.number == born.month]
    month = next((one for one in named if one.is_leap == born.is_leap), named[0] if named else None)
    return month.first + timedelta(days=min(born.day, month.days) - 1) if month else None


def born_for(day: date) -> list[date]:
    """The days of birth, up to this day, whose lunar birthday is kept on it."""
    today = of(day)
    if today is None:
        return []
    named = [month for month in months(today.year) if month.number == today.month]
    here = next(month for month in named if month.is_leap == today.is_leap)
    numbers = {today.day} | ({30} if today.day == here.days else set())
    leaps = {today.is_leap} | ({True} if len(named) == 1 else set())
    found = (
        find(Lunar(year, today.month, number, leap))
        for year in range(YEARS[0], today.year + 1)
        for number in numbers
        for leap in leaps
    )
    return sorted(one for one in found if one and one <= day)


def _months(year: int) -> Iterator[Month]:
    first = _new_year(year)
    code = CODES[year - YEARS[0]]
    for number in range(1, 13):
        lengths = [(False, 29 + (code >> (16 - number) & 1))]
        if number == code & 15:
            lengths.append((True, 29 + (code >> 16)))
        for is_leap, days in lengths:
            yield Month(number, is_leap, first, days)
            first += timedelta(days=days)


@lru_cache(maxsize=256)
def _new_year(year: int) -> date:
    if year == YEARS[0]:
        return FIRST
    return _new_year(year - 1) + timedelta(days=sum(month.days for month in months(year - 1)))
