"""Quiet hours, over midnight, daylight saving and wide countries."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.consent import gate
from channels.consent.quiet import quiet_countries, reopens_at
from customers import factories


def test_the_evening_ends_and_the_morning_begins() -> None:
    assert reopens_at("sms", "", datetime(2026, 3, 1, 12, 59, 59, tzinfo=UTC)) is None
    evening = datetime(2026, 3, 1, 13, 0, tzinfo=UTC)  # 21:00 in Shanghai
    assert reopens_at("sms", "", evening) == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert reopens_at("sms", "CN", datetime(2026, 3, 2, 1, 0, tzinfo=UTC)) is None


def test_mail_has_no_night_unless_told(settings: Any) -> None:
    night = datetime(2026, 3, 1, 15, 0, tzinfo=UTC)
    assert reopens_at("email", "", night) is None
    assert quiet_countries("email", night) == []
    settings.QUIET_CHANNELS = ["email"]
    assert reopens_at("email", "", night)
    assert {"", "CN", "JP"} <= set(quiet_countries("email", night))
    assert "GB" not in quiet_countries("email", night)


@pytest.mark.parametrize(
    ("night", "opens"),
    [
        # Clocks go forward at 01:00 UTC on 29 March, back on 25 October.
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), datetime(2026, 3, 29, 7, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), datetime(2026, 10, 25, 8, 0, tzinfo=UTC)),
    ],
)
def test_morning_is_by_the_clock_on_the_wall(night: datetime, opens: datetime) -> None:
    assert reopens_at("sms", "DE", night) == opens


def test_a_wide_country_waits_until_it_is_day_in_all_of_it() -> None:
    new_york_noon = datetime(2026, 1, 10, 17, 0, tzinfo=UTC)  # 07:00 on the westernmost islands
    assert reopens_at("sms", "US", new_york_noon) == datetime(2026, 1, 10, 19, 0, tzinfo=UTC)


def test_an_unknown_country_lives_with_the_company() -> None:
    night = datetime(2026, 3, 1, 15, 0, tzinfo=UTC)
    assert reopens_at("sms", "XX", night) == reopens_at("sms", "", night)


def test_a_country_where_it_is_never_day_everywhere_follows_the_company(settings: Any) -> None:
    settings.QUIET_FROM, settings.QUIET_UNTIL = 12, 11
    noon = datetime(2026, 1, 10, 0, 0, tzinfo=UTC)
    found = reopens_at("sms", "US", noon)
    assert found is None or found - noon <= timedelta(days=2)


def test_quiet_hours_within_a_day(settings: Any) -> None:
    settings.QUIET_FROM, settings.QUIET_UNTIL = 12, 14
    assert reopens_at("sms", "", datetime(2026, 3, 1, 4, 30, tzinfo=UTC)) == datetime(
        2026, 3, 1, 6, tzinfo=UTC
    )


def test_hours_of_their_own_stand_instead_of_ours() -> None:
    night = datetime(2026, 3, 1, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
    noon = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)

    assert reopens_at("sms", "", night, own=(9, 17)) is None
    assert reopens_at("sms", "", noon, own=(9, 17)) == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert reopens_at("sms", "", night, own=(22, 6)) == datetime(2026, 3, 1, 22, 0, tzinfo=UTC)
    assert reopens_at("email", "", noon, own=(9, 17)) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hours", "country", "at", "waits"),
    [
        ((9, 17), "", datetime(2026, 3, 1, 4, 0, tzinfo=UTC), True),  # noon
        ((9, 17), "CN", datetime(2026, 3, 1, 15, 0, tzinfo=UTC), False),  # 23:00, but theirs are others
        ((22, 6), "DE", datetime(2026, 3, 1, 4, 30, tzinfo=UTC), True),  # 5:30 in Berlin
        ((22, 6), "DE", datetime(2026, 3, 1, 5, 30, tzinfo=UTC), False),
        ((6, 7), "US", datetime(2026, 3, 1, 14, 30, tzinfo=UTC), True),  # 6:30 in one of its zones
        ((None, None), "", datetime(2026, 3, 1, 4, 0, tzinfo=UTC), False),
    ],
)
def test_the_gate_keeps_them_too(
    hours: tuple[int | None, int | None], country: str, at: datetime, waits: bool
) -> None:
    made = factories.customer(
        phone="+8613812345678", country=country, quiet_from=hours[0], quiet_until=hours[1]
    )

    verdict = gate.verdict_on(made, gate.Question("sms", "service", at))

    assert (verdict == gate.Reason.QUIET) is waits
