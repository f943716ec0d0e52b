"""When a series goes on."""

from datetime import date

import pytest

from customers.tasks import due


@pytest.mark.parametrize(
    ("repeat", "start", "day", "following"),
    [
        ("daily", "2026-11-02", "2026-11-22", "2026-11-23"),
        ("workdays", "2026-11-02", "2026-11-20", "2026-11-23"),
        ("weekly", "2026-11-02", "2026-11-04", "2026-11-09"),
        ("weekly", "2026-11-02", "2026-11-09", "2026-11-16"),
        ("fortnightly", "2026-11-02", "2026-11-30", "2026-12-14"),
        ("monthly", "2026-01-31", "2026-01-31", "2026-02-28"),
        ("monthly", "2026-01-31", "2026-02-28", "2026-03-31"),
        ("monthly", "2025-12-15", "2026-11-14", "2026-11-15"),
        ("yearly", "2024-02-29", "2026-11-22", "2027-02-28"),
        ("yearly", "2024-02-29", "2027-02-28", "2028-02-29"),
    ],
)
def test_a_series_keeps_its_rhythm(repeat: str, start: str, day: str, following: str) -> None:
    found = due.after(repeat, date.fromisoformat(start), date.fromisoformat(day))

    assert found == date.fromisoformat(following)


def test_a_task_may_be_put_off_to_next_monday() -> None:
    days = [day for _label, day, _name in due.later(date(2026, 11, 22))]

    assert days == [date(2026, 11, 23), date(2026, 11, 23), date(2026, 11, 29)]
