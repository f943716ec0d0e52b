"""Waits by the company's clock, through nights in which clocks change."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from channels.journeys import occasions
from channels.journeys.waiting import until

BERLIN = ZoneInfo("Europe/Berlin")
DAY = {"mode": "for", "number": 1, "unit": "days"}


def test_a_day_keeps_its_hour_when_the_clocks_change() -> None:
    before = datetime(2026, 3, 28, 9, tzinfo=BERLIN)
    assert until(DAY, before, BERLIN) == datetime(2026, 3, 29, 9, tzinfo=BERLIN)
    assert (until(DAY, before, BERLIN) - before.astimezone(UTC)).total_seconds() == 23 * 3600


def test_an_hour_is_an_hour_and_one_that_is_skipped_is_the_next() -> None:
    before = datetime(2026, 3, 28, 2, 30, tzinfo=BERLIN)
    skipped = until(DAY, before, BERLIN).astimezone(BERLIN)
    assert (skipped.hour, skipped.minute) == (3, 30)
    hours = until({"mode": "for", "number": 24, "unit": "hours"}, before, BERLIN)
    assert (hours - before.astimezone(UTC)).total_seconds() == 24 * 3600


@pytest.mark.parametrize(("weekday", "hour", "expected"), [(0, 9, 30), (0, 10, 30), (0, 8, 37), (2, 9, 32)])
def test_a_weekday_is_the_next_one_and_today_while_its_hour_is_to_come(
    weekday: int, hour: int, expected: int
) -> None:
    monday = datetime(2026, 3, 30, 9, tzinfo=BERLIN)
    found = until({"mode": "weekday", "weekday": weekday, "hour": hour}, monday, BERLIN)
    assert found.astimezone(BERLIN) == datetime(2026, 3, 1, hour, tzinfo=BERLIN).replace(
        month=3 if expected < 32 else 4, day=expected if expected < 32 else expected - 31
    )


def test_a_date_that_is_over_keeps_nobody() -> None:
    now = datetime(2026, 3, 30, 9, tzinfo=BERLIN)
    assert until({"mode": "date", "date": "2026-03-01", "hour": 9}, now, BERLIN) == now


@pytest.mark.parametrize(
    ("leap", "year", "kept"),
    [
        ("before", 2027, date(2027, 2, 28)),
        ("after", 2027, date(2027, 3, 1)),
        ("before", 2028, date(2028, 2, 29)),
        ("after", 2028, date(2028, 2, 29)),
    ],
)
def test_29_february_is_kept_once_a_year(leap: str, year: int, kept: date) -> None:
    born = date(2000, 2, 29)
    assert occasions.kept_on(born, year, leap) == kept
    days = [date(year, 2, 28), date(year, 3, 1)] + ([date(year, 2, 29)] if year == 2028 else [])
    found = [day for day in days if (2, 29) in occasions.birthdays(day, leap)]
    assert found == [kept]
