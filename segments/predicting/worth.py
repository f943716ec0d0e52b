"""What customers are worth: purchases expected of BG/NBD times amounts expected of Gamma-Gamma.

The value is what a customer is expected to spend in the next 12 months, each month's part discounted by 1 %
per month: sum over i = 1 … 12 of (E[Y(t_i)] - E[Y(t_i-1)]) * E[M] / 1.01^i, with months of 4.345 weeks. The
interval holds their spending with a chance of 80 % (spread.py), discounted by as much as the value is.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from segments.predicting import bgnbd, gamma_gamma, judging, spread
from segments.predicting.bgnbd import BgNbd, Purchases
from segments.predicting.gamma_gamma import GammaGamma
from segments.predicting.history import Window
from segments.predicting.known import WEEK, YEAR, Floats, Known

MONTHS, WEEKS_A_MONTH, DISCOUNT = 12, 4.345, 0.01
LEVELS = (0.1, 0.9)
# More amounts than these say nothing new about three parameters.
MOST_AMOUNTS = 100_000
# From so many buyers on, times are rounded to weeks: a seventh of the work, the same first four digits.
FINE = 50_000
# Intervals are wide: from so many buyers on, months are fine enough for them.
COARSE, MANY = 4.0, 5_000


@dataclass(frozen=True)
class Worth:
    """The parameters of both models."""

    orders: BgNbd
    money: GammaGamma

    def to_json(self) -> dict[str, float]:
        return {**asdict(self.orders), **asdict(self.money)}

    @classmethod
    def from_json(cls, stored: dict[str, float]) -> "Worth":
        return cls(
            BgNbd(*(stored[name] for name in ("r", "alpha", "a", "b"))),
            GammaGamma(*(stored[name] for name in ("p", "q", "gamma"))),
        )


@dataclass(frozen=True)
class Forecast:
    """One entry per customer, for the next 12 months."""

    orders: Floats
    per_order: Floats
    value: Floats
    low: Floats
    high: Floats

    @property
    def spend(self) -> Floats:
        """Without discount, to be compared with what was spent."""
        return self.orders * self.per_order


def fit(known: Known) -> Worth:
    rows, _where = rows_of(known)
    orders, _likelihood = bgnbd.fit(rows)
    paid = np.flatnonzero(known.total > 0)
    some = paid[:: max(1, len(paid) // MOST_AMOUNTS)]
    money, _likelihood = gamma_gamma.fit(known.days[some], known.mean[some])
    return Worth(orders, money)


def forecast(model: Worth, known: Known) -> Forecast:
    rows, where = rows_of(known)
    steps = [
        bgnbd.expected(model.orders, rows.x, rows.t_x, rows.T, WEEKS_A_MONTH * month)
        for month in range(1, MONTHS + 1)
    ]
    months = np.diff(np.array([np.zeros(len(rows.x)), *steps]), axis=0)
    discounts = (1 + DISCOUNT) ** -np.arange(1.0, MONTHS + 1)
    orders, discounted = steps[-1][where], (discounts @ months)[where]
    per_order = gamma_gamma.expected(model.money, known.days, known.mean)
    # What is never expected is discounted by nothing.
    share = np.divide(discounted, orders, out=np.ones(len(orders)), where=orders > 0)
    low, high = (one * share for one in interval(model, known, WEEKS_A_MONTH * MONTHS))
    return Forecast(orders, per_order, discounted * per_order, low, high)


def interval(model: Worth, known: Known, weeks: float) -> list[Floats]:
    """Between which amounts the spending of each customer lies, with a chance of 80 %."""
    rows, where = bgnbd.compress(known.x, known.t_x, known.T, COARSE if len(known) > MANY else 1 / WEEK)
    unit = model.money.gamma + known.total
    return [one[where] * unit for one in spread.quantiles(model.orders, model.money, rows, weeks, LEVELS)]


def purchases(model: Worth, known: Known, days: int) -> Floats:
    return bgnbd.expected(model.orders, known.x, known.t_x, known.T, days / WEEK)


def judge(model: Worth, window: Window) -> dict[str, Any]:
    """The model's errors in a window it has not seen, beside those of simple forecasts."""
    known, days = window.known, window.horizon
    expected = purchases(model, known, days)
    money = expected * gamma_gamma.expected(model.money, known.days, known.mean)
    low, high = interval(model, known, days / WEEK)
    inside = (window.money >= low - 0.005) & (window.money <= high + 0.005)
    rate = known.x.sum() / max(1.0, known.T.sum() * WEEK) * days
    age = np.maximum(1.0, known.T * WEEK)
    everybody = {
        "model": expected,
        "own_rate": known.x / age * days,
        "as_before": window.purchases_before,
        "all_alike": np.full(len(known), rate),
    }
    amounts = {"model": money, "as_before": window.money_before}
    return {
        "days": days,
        "customers": len(known),
        "orders": {
            name: judging.plain(judging.amounts(one, window.purchases)) for name, one in everybody.items()
        },
        "money": {name: judging.plain(judging.amounts(one, window.money)) for name, one in amounts.items()},
        "inside": float(inside.mean()),
        "tenths": judging.by_tenth(expected, window.purchases),
    }


def likeness(known: Known) -> float:
    """The correlation of how often and for how much, which the models take to have nothing to do with it."""
    again = known.of(known.days > 1)
    if len(again) < 2 or not again.days.std() or not again.mean.std():
        return 0.0
    return round(float(np.corrcoef(again.days, again.mean)[0, 1]), 4)


def by_rule(known: Known, active: Floats) -> Forecast:
    """Where the models cannot be fitted: customers go on as before, as far as they stay."""
    orders = known.days / np.maximum(1.0, known.T / (YEAR / WEEK)) * active
    value = orders * known.mean
    unknown = np.full(len(known), np.nan)
    return Forecast(orders, known.mean, value, unknown, unknown)


def is_sound(model: Worth) -> bool:
    """Whether the search ended at parameters and not at the edge of what it may look at."""
    edges = (bgnbd.SMALLEST * 1.01, bgnbd.LARGEST * 0.99)
    return all(edges[0] < value < edges[1] for value in asdict(model.orders).values()) and np.isfinite(
        model.money.mean
    )


def rows_of(known: Known) -> tuple[Purchases, bgnbd.Places]:
    unit = 1.0 if len(known) > FINE else 1 / WEEK
    return bgnbd.compress(known.x, known.t_x, known.T, unit)
