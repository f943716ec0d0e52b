"""Dates and moments as people, databases and spreadsheets write them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.lib import dates
from crm.lib.reading import REASONS, Unreadable

DAYS = st.dates(min_value=date(1927, 6, 1), max_value=date(2173, 1, 1))
WAYS = [
    lambda day: day.isoformat(),
    lambda day: f"{day.year}/{day.month}/{day.day}",
    lambda day: f"{day.day:02}.{day.month:02}.{day.year}",
    lambda day: f"{day:%Y%m%d}",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: str((day - date(1899, 12, 30)).days),
    lambda day: f"{day:%d %b %Y}",
    lambda day: f"{day:%B} {day.day}, {day.year}",
    lambda day: f" {day.isoformat()} 00:00:00",
]


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(DAYS, st.sampled_from(WAYS))
def test_however_a_day_is_written_it_is_the_same_day(day: date, way: object) -> None:
    assert dates.day(way(day)) == day  # type: ignore[operator]


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.datetimes(min_value=datetime(1930, 1, 1), max_value=datetime(2170, 1, 1), timezones=st.just(UTC)))
def test_a_moment_with_its_offset_comes_back(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)

    assert dates.moment(whole.isoformat()) == whole
    assert dates.moment(whole.strftime("%Y-%m-%d %H:%M:%SZ")) == whole


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_day_or_has_a_reason(text: str) -> None:
    try:
        found = dates.day(text)
    except Unreadable as problem:
        reason = problem.code
    else:
        reason = ""
        assert found is None or dates.OLDEST <= found.year <= dates.NEWEST
    assert not reason or reason in REASONS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("19081209", date(1908, 12, 9)),
        ("31/01/2024", date(2024, 1, 31)),
        ("1/31/2024", date(2024, 1, 31)),
        ("2/2/2024", date(2024, 2, 2)),
        ("２０２４－０１－３１", date(2024, 1, 31)),
        ("45322.75", date(2024, 1, 31)),
        ("", None),
        ("无", None),
        ("N/A", None),
    ],
)
def test_days(text: str, expected: date | None) -> None:
    assert dates.day(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0000-00-00", "bad_date"),
        ("2023-02-29", "bad_date"),
        ("01/02/2024", "ambiguous_date"),
        ("4.53E+04", "rounded_number"),
        ("#REF!", "formula_error"),
        ("1066-10-14", "too_old"),
        ("9" * 5000, "bad_date"),
        ("12345678901234567890", "bad_date"),
        ("yesterday", "bad_date"),
        ("2024-01-31 25:00", "bad_date"),
    ],
)
def test_what_is_no_day_says_why(text: str, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        dates.day(text)
    assert refused.value.code == reason


def test_a_moment_without_offset_is_in_the_company_s_time_zone() -> None:
    assert dates.moment("2024-01-31 08:00") == datetime(2024, 1, 31, tzinfo=UTC)
    assert dates.moment("2024年1月31日 下午1:05") == datetime(2024, 1, 31, 5, 5, tzinfo=UTC)
    assert dates.moment("20240131080000") == datetime(2024, 1, 31, tzinfo=UTC)


def test_nobody_is_born_tomorrow() -> None:
    today = timezone.localdate()

    assert dates.birthday(today.isoformat()) == today
    with pytest.raises(Unreadable) as refused:
        dates.birthday((today + timedelta(days=1)).isoformat())
    assert refused.value.code == "future_date"


def test_orders_come_from_the_past() -> None:
    with pytest.raises(Unreadable) as refused:
        dates.past_moment((timezone.now() + timedelta(days=3)).isoformat())
    assert refused.value.code == "future_date"
