"""Against what the state announced, and against published tables."""

from datetime import date, timedelta

import pytest
from chinese_calendar.constants import holidays

from crm.lib import lunar
from crm.lib.lunar import Lunar

FEASTS = {"Spring Festival": (1, 1), "Dragon Boat Festival": (5, 5), "Mid-autumn Festival": (8, 15)}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # First days of years, and of leap months, as the observatories print them.
        (date(1900, 1, 31), Lunar(1900, 1, 1)),
        (date(1917, 3, 23), Lunar(1917, 2, 1, is_leap=True)),
        (date(1949, 1, 29), Lunar(1949, 1, 1)),
        (date(1954, 2, 3), Lunar(1954, 1, 1)),
        (date(1985, 2, 20), Lunar(1985, 1, 1)),
        (date(2020, 5, 23), Lunar(2020, 4, 1, is_leap=True)),
        (date(2023, 3, 22), Lunar(2023, 2, 1, is_leap=True)),
        (date(2033, 12, 22), Lunar(2033, 11, 1, is_leap=True)),
        (date(2034, 2, 19), Lunar(2034, 1, 1)),
        (date(2099, 1, 21), Lunar(2099, 1, 1)),
        (date(2100, 2, 9), Lunar(2100, 1, 1)),
    ],
)
def test_published_days(day: date, expected: Lunar) -> None:
    assert lunar.of(day) == expected
    assert lunar.find(expected) == day


def test_the_announced_holidays_hold_their_feasts() -> None:
    named = {day: str(name) for day, name in holidays.items()}
    for year in sorted({day.year for day in named}):
        for name, (month, number) in FEASTS.items():
            feast = lunar.find(Lunar(year, month, number))
            assert feast
            # A feast on a weekend is announced by the day beside it; two on one day as one of them.
            announced = {other for day, other in named.items() if day.year == year}
            around = {feast + timedelta(days=one) for one in (-1, 0, 1)}
            assert name not in announced or around & named.keys(), (year, name)


def test_every_day_is_found_again_and_outside_of_the_table_is_none() -> None:
    day = lunar.FIRST
    while day < date(2101, 1, 29):
        found = lunar.of(day)
        assert found
        assert lunar.find(found) == day
        day += timedelta(days=17)
    assert lunar.of(date(1900, 1, 30)) is None
    assert lunar.of(date(2101, 1, 29)) is None
    assert lunar.last_day(2025) == date(2026, 2, 16)


def test_a_lunar_birthday_is_kept_once_a_year_leap_months_and_short_months_too() -> None:
    leap = lunar.find(Lunar(2020, 4, 30 - 1, is_leap=True))
    assert leap
    assert lunar.kept_on(leap, 2021) == lunar.find(Lunar(2021, 4, 29))
    thirtieth = lunar.find(Lunar(1987, 1, 29))
    assert thirtieth
    days = (date(2020, 1, 25) + timedelta(days=one) for one in range(25 * 366))
    born_for = {day: lunar.born_for(day) for day in days if day < date(2045, 2, 17)}
    for born in (leap, thirtieth, date(1990, 1, 1), date(2000, 2, 29), date(1984, 11, 30)):
        kept = [lunar.kept_on(born, year) for year in range(2020, 2045)]
        assert None not in kept
        assert [day for day, people in born_for.items() if born in people] == kept
