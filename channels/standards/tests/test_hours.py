"""Opening hours: when it opens, and how much open time passes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.standards import china, hours
from channels.standards.hours import Hours, Spans

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
OFFICE: Spans = ((9 * 60, 18 * 60),)
WEEK = (OFFICE,) * 5 + ((), ())
NINE_TO_SIX = Hours("Asia/Shanghai", WEEK)
CHINESE = Hours("Asia/Shanghai", WEEK, china=True)


def shanghai(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[misc,arg-type]


def test_an_hour_begun_before_closing_ends_the_next_morning() -> None:
    assert hours.add_business(NINE_TO_SIX, shanghai(2026, 11, 19, 17, 30), 3600) == shanghai(
        2026, 11, 20, 9, 30
    )


def test_a_promise_that_ends_at_closing_time_ends_then() -> None:
    assert hours.add_business(NINE_TO_SIX, shanghai(2026, 11, 19, 17), 3600) == shanghai(2026, 11, 19, 18)


def test_what_arrives_on_a_weekend_begins_on_monday() -> None:
    saturday = shanghai(2026, 11, 21, 12)
    assert hours.opens_at(NINE_TO_SIX, saturday) == shanghai(2026, 11, 23, 9)
    assert hours.add_business(NINE_TO_SIX, saturday, 60) == shanghai(2026, 11, 23, 9, 1)


def test_lunch_does_not_count() -> None:
    lunch = Hours("Asia/Shanghai", (((540, 720), (810, 1080)),) * 5 + ((), ()))
    assert hours.add_business(lunch, shanghai(2026, 11, 19, 11, 30), 3600) == shanghai(2026, 11, 19, 14)


def test_a_span_may_end_after_midnight() -> None:
    night = Hours("Asia/Shanghai", (((22 * 60, 26 * 60),),) * 7)
    assert hours.is_open(night, shanghai(2026, 11, 20, 1))
    assert not hours.is_open(night, shanghai(2026, 11, 20, 2))
    assert hours.business_between(night, shanghai(2026, 11, 19, 23), shanghai(2026, 11, 20, 23)) == 4 * 3600


def test_a_workday_that_makes_up_for_a_holiday_is_open() -> None:
    """The Saturday 14 February 2026 makes up for the Spring Festival."""
    friday = shanghai(2026, 2, 13, 17, 30)
    assert hours.add_business(CHINESE, friday, 3600) == shanghai(2026, 2, 14, 9, 30)
    assert hours.add_business(NINE_TO_SIX, friday, 3600) == shanghai(2026, 2, 16, 9, 30)


def test_public_holidays_are_closed() -> None:
    national_day = shanghai(2026, 10, 1, 10)
    assert not hours.is_open(CHINESE, national_day)
    assert hours.is_open(NINE_TO_SIX, national_day)
    assert hours.opens_at(CHINESE, national_day) == shanghai(2026, 10, 8, 9)


def test_a_year_that_is_not_announced_yet_is_an_ordinary_one() -> None:
    later = date(china.last_year() + 1, 10, 1)
    assert not china.knows(later.year)
    assert CHINESE.of_day(later) == WEEK[later.weekday()]


def test_days_of_its_own_come_before_everything_else() -> None:
    closed = Hours("Asia/Shanghai", WEEK, {date(2026, 11, 20): (), date(2026, 10, 1): OFFICE}, china=True)
    assert hours.opens_at(closed, shanghai(2026, 11, 19, 19)) == shanghai(2026, 11, 23, 9)
    assert hours.is_open(closed, shanghai(2026, 10, 1, 10))


def test_the_night_the_clocks_go_forward_has_an_hour_less() -> None:
    always = Hours("America/New_York", (((0, 1440),),) * 7)
    start = datetime(2026, 3, 8, tzinfo=NEW_YORK)
    assert hours.business_between(always, start, datetime(2026, 3, 9, tzinfo=NEW_YORK)) == 23 * 3600
    skipped = Hours("America/New_York", (((120, 150),),) * 7)
    assert hours.business_between(skipped, start, datetime(2026, 3, 9, tzinfo=NEW_YORK)) == 0


def test_the_night_the_clocks_go_back_has_an_hour_more() -> None:
    always = Hours("America/New_York", (((0, 1440),),) * 7)
    start = datetime(2026, 11, 1, tzinfo=NEW_YORK)
    assert hours.business_between(always, start, datetime(2026, 11, 2, tzinfo=NEW_YORK)) == 25 * 3600


def test_what_never_opens_has_no_end() -> None:
    never = Hours("Asia/Shanghai", ((),) * 7)
    assert hours.opens_at(never, shanghai(2026, 1, 1)) is None
    assert hours.add_business(never, shanghai(2026, 1, 1), 60) is None


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", ()),
        ("09:00-18:00", ((540, 1080),)),
        ("13:30–18:00， 9:00至12:00", ((540, 720), (810, 1080))),
        ("22:00-02:00", ((1320, 1560),)),
        ("00:00-24:00", ((0, 1440),)),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, spans: Spans) -> None:
    assert hours.read(text) == spans
    assert hours.read(hours.write(spans)) == spans


@pytest.mark.parametrize("text", ["nine to five", "09:00-09:00", "25:00-26:00", "09:00-12:00, 11:00-13:00"])
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        hours.read(text)


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)).map(
    lambda at: at.replace(second=0, microsecond=0)
)
SPANS = st.lists(
    st.tuples(st.integers(0, 1439), st.integers(1, 1440)).map(lambda one: (one[0], one[0] + one[1])),
    max_size=3,
).map(tuple)
CALENDARS = st.builds(
    Hours,
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"]),
    st.tuples(*[SPANS] * 7),
    st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 12, 31)), SPANS, max_size=3),
    st.booleans(),
)


@settings(max_examples=80, deadline=None)
@given(CALENDARS, MOMENTS, st.integers(0, 7 * 24 * 60))
def test_what_is_added_has_passed(calendar: Hours, at: datetime, minutes: int) -> None:
    due = hours.add_business(calendar, at, minutes * 60)
    if due is not None:
        assert due >= at
        assert hours.business_between(calendar, at, due) == pytest.approx(minutes * 60)


@settings(max_examples=80, deadline=None)
@given(CALENDARS, MOMENTS, MOMENTS, MOMENTS)
def test_stretches_of_time_add_up(calendar: Hours, a: datetime, b: datetime, c: datetime) -> None:
    whole = hours.business_between(calendar, a, c)
    parts = hours.business_between(calendar, a, b) + hours.business_between(calendar, b, c)
    assert whole == pytest.approx(parts)
    assert abs(whole) <= abs((c - a).total_seconds()) + 1e-6


@settings(max_examples=40, deadline=None)
@given(CALENDARS, MOMENTS, st.integers(1, 36))
def test_open_time_is_what_a_clerk_would_count(calendar: Hours, at: datetime, long: int) -> None:
    """Minute by minute, by what is open in each."""
    end = at + timedelta(hours=long)
    counted = sum(hours.is_open(calendar, at + timedelta(minutes=one)) for one in range(long * 60))
    # Lord Howe shifts its clocks by half an hour, so a span may begin or end between two counted minutes.
    assert abs(hours.business_between(calendar, at, end) - counted * 60) <= 60


@settings(max_examples=60, deadline=None)
@given(CALENDARS, MOMENTS)
def test_it_is_open_when_it_opens(calendar: Hours, at: datetime) -> None:
    opens = hours.opens_at(calendar, at)
    if opens is not None:
        assert hours.is_open(calendar, opens)
        assert hours.business_between(calendar, at, opens) == 0
