"""When people buy and talk: growth over the years, festivals, weekdays and hours of the day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from crm.demo.dice import Floats, Ints, pick

DAY = 86400
YEARS = 4
# First day of the Chinese year; the week from the eve on is quiet, the weeks before are for presents.
NEW_YEARS = [
    date(2020, 1, 25), date(2021, 2, 12), date(2022, 2, 1), date(2023, 1, 22), date(2024, 2, 10),
    date(2025, 1, 29), date(2026, 2, 17), date(2027, 2, 6), date(2028, 1, 26), date(2029, 2, 13),
    date(2030, 2, 3), date(2031, 1, 23), date(2032, 2, 11), date(2033, 1, 31), date(2034, 2, 19),
]  # fmt: skip
# The great shopping days, and how many ordinary days each is worth.
SALES = {
    (11, 11): 6.0,
    (11, 10): 2.2,
    (11, 1): 1.8,
    (6, 18): 4.5,
    (6, 17): 1.8,
    (12, 12): 2.4,
    (9, 9): 1.4,
    (3, 8): 1.6,
}
MONTHS = [1.05, 0.95, 1.0, 0.98, 1.0, 1.05, 0.92, 0.93, 1.02, 1.04, 1.18, 1.12]
WEEKDAYS = [0.92, 0.92, 0.94, 0.97, 1.08, 1.16, 1.12]
SHOPPING_HOURS = [2, 1, 0.5, 0.3, 0.2, 0.4, 1, 2, 4, 6, 8, 8, 7, 6, 6, 6, 6, 6, 6, 7, 9, 10, 8, 5]
TALKING_HOURS = [0.2, 0, 0, 0, 0, 0, 0.1, 0.5, 2, 6, 9, 9, 5, 5, 8, 9, 8, 7, 5, 4, 4, 3, 2, 0.8]


@dataclass(frozen=True)
class Calendar:
    """The company's days so far, as a curve that says how much had happened by when."""

    start: int
    until: int
    curve: Floats

    def share(self, moments: Ints) -> Floats:
        """How far along the curve the moments (seconds since 1970) are."""
        return np.interp((moments - self.start) / DAY, np.arange(len(self.curve)), self.curve)

    def moments(
        self, rng: np.random.Generator, since: Ints, until: Ints, hours: list[float] = SHOPPING_HOURS
    ) -> Ints:
        """One moment between each pair, more likely on busy days and at busy hours."""
        low, high = self.share(since), self.share(until)
        days = np.searchsorted(self.curve, low + rng.random(len(since)) * (high - low), side="right") - 1
        seconds = pick(rng, hours, len(since)) * 3600 + rng.integers(0, 3600, len(since))
        found = self.start + np.clip(days, 0, len(self.curve) - 2) * DAY + seconds
        return np.asarray(np.clip(found, since, until), dtype=np.int64)


def calendar(until: datetime) -> Calendar:
    """The years that end at `until`, which carries the company's time zone."""
    today = until.replace(hour=0, minute=0, second=0, microsecond=0)
    days = YEARS * 365
    first = today - timedelta(days=days)
    pace = [_pace((first + timedelta(days=n)).date(), n / days) for n in range(days + 1)]
    # Today has only come as far as the clock says.
    pace[-1] *= (until - today).total_seconds() / DAY
    curve = np.concatenate([[0.0], np.cumsum(pace)])
    return Calendar(int(first.timestamp()), int(until.timestamp()), curve)


def _pace(day: date, age: float) -> float:
    growth = 0.35 + 1.3 * age
    pace = growth * MONTHS[day.month - 1] * WEEKDAYS[day.weekday()] * SALES.get((day.month, day.day), 1.0)
    if (day.month, day.day) in ((11, 12), (11, 13), (6, 19), (6, 20)):
        pace *= 0.7
    distance = min(((day - festival).days for festival in NEW_YEARS), key=abs)
    if -2 <= distance <= 6:
        return pace * 0.3
    return pace * 1.5 if -24 <= distance < -5 else pace
