"""How good a forecast was, once one knows what came."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.stats import rankdata

from segments.predicting.known import Floats

PARTS = 10


@dataclass(frozen=True)
class Amounts:
    """Of a forecast of numbers: its usual and its absolute error, and what it said of all together."""

    rmse: float
    mae: float
    total: float
    actual: float


@dataclass(frozen=True)
class Chances:
    """Of a forecast of yes and no: how well it sorts (a coin: 0.5), its error, its mean, and what came."""

    auc: float
    brier: float
    mean: float
    actual: float


def amounts(forecast: Floats, came: Floats) -> Amounts:
    error = forecast - came
    return Amounts(
        float(np.sqrt(np.mean(error**2))),
        float(np.mean(np.abs(error))),
        float(forecast.sum()),
        float(came.sum()),
    )


def chances(forecast: Floats, came: Floats) -> Chances:
    yes = came > 0
    return Chances(
        _auc(forecast, yes), float(np.mean((forecast - yes) ** 2)), float(forecast.mean()), float(yes.mean())
    )


def by_tenth(forecast: Floats, came: Floats) -> list[dict[str, float]]:
    """Customers from the lowest forecast to the highest in ten equal parts: what was said, and what came."""
    order = np.argsort(forecast, kind="stable")
    return [
        {
            "customers": len(part),
            "forecast": float(forecast[part].mean()),
            "actual": float(came[part].mean()),
        }
        for part in np.array_split(order, PARTS)
        if len(part)
    ]


def plain(one: Amounts | Chances) -> dict[str, Any]:
    """For JSON: seven digits say all there is to say."""
    return {name: float(f"{value:.7g}") for name, value in asdict(one).items()}


def _auc(forecast: Floats, yes: Any) -> float:
    """How often one who did had a higher forecast than one who did not; equal ones count half."""
    many = int(yes.sum())
    others = len(yes) - many
    if not many or not others:
        return 0.5
    ranks = rankdata(forecast)
    return float((ranks[yes].sum() - many * (many + 1) / 2) / (many * others))
