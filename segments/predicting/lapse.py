"""Whether customers lapse: the chance that nothing is bought in the next 90 days.

A logistic regression over what is known of each customer, all as log(1 + value) and standardised, with a
light ridge so that features which say nearly the same share their weight. It is used where it beats the days
since the last purchase alone, whose bands (tenths of all customers, each with its share of buyers) are used
otherwise. P(alive) of BG/NBD is no measure of lapsing: everybody who bought once has always stayed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit

from segments.predicting import bgnbd, judging
from segments.predicting.bgnbd import BgNbd
from segments.predicting.history import Window
from segments.predicting.known import WEEK, Floats, Known
from segments.predicting.searching import lowest

DAYS = 90
RIDGE = 1e-3
BANDS = 10
# What a reason is called, and the features that speak for it together.
TOPICS: dict[str, tuple[str, ...]] = {
    "L": ("recency",),
    "R": ("gap", "ratio"),
    "F": ("purchases",),
    "N": ("month", "quarter"),
    "S": ("spend",),
    "T": ("tenure",),
}
MOST_REASONS = 3


@dataclass(frozen=True)
class Logistic:
    """Per feature the mean and deviation it is standardised by, and its weight."""

    mean: dict[str, float]
    deviation: dict[str, float]
    weight: dict[str, float]
    constant: float
    # The mean days between the purchases of all customers, towards which the few of one are drawn.
    usual_gap: float

    method = "logistic"

    def active(self, known: Known) -> Floats:
        return np.asarray(expit(self.constant + sum(self._parts(known).values())))

    def reasons(self, known: Known) -> dict[str, Floats]:
        """Per topic what it adds to the chance of lapsing, in logits, compared with the average customer."""
        parts = self._parts(known)
        return {topic: -sum((parts[name] for name in names), np.zeros(1)) for topic, names in TOPICS.items()}

    def to_json(self) -> dict[str, Any]:
        return dict(vars(self))

    def _parts(self, known: Known) -> dict[str, Floats]:
        found = features(known, self.usual_gap)
        return {
            name: self.weight[name] * (values - self.mean[name]) / self.deviation[name]
            for name, values in found.items()
        }


@dataclass(frozen=True)
class Bands:
    """The share of buyers by days since the last purchase: up to the first of `days`, up to the second, …"""

    days: list[float]
    shares: list[float]
    average: float

    method = "recency"

    def active(self, known: Known) -> Floats:
        places = np.searchsorted(np.array(self.days), known.since)
        return np.array(self.shares)[np.minimum(places, len(self.shares) - 1)]

    def reasons(self, known: Known) -> dict[str, Floats]:
        return {"L": self.average - self.active(known)}

    def to_json(self) -> dict[str, Any]:
        return dict(vars(self))


Lapse = Logistic | Bands
# Where there is too little to learn from: a rule of thumb, and called so wherever it shows.
RULE = Bands(days=[30.0, 90.0, 180.0, 365.0], shares=[0.7, 0.5, 0.3, 0.15, 0.05], average=0.3)
READERS: dict[str, Callable[..., Lapse]] = {"logistic": Logistic, "recency": Bands, "rule": Bands}


def features(known: Known, usual_gap: float) -> dict[str, Floats]:
    # As if each had one more gap, of the usual length.
    gap = (known.last - known.first + usual_gap) / (known.x + 1)
    found = {
        "recency": known.since,
        "gap": gap,
        "ratio": known.since / gap,
        "purchases": known.x,
        "month": known.month,
        "quarter": known.quarter,
        "spend": np.maximum(known.mean, 0.0),
        "tenure": known.T * WEEK,
    }
    return {name: np.log1p(values) for name, values in found.items()}


def fit_logistic(window: Window) -> Logistic:
    known, active = window.known, window.purchases > 0
    gaps = known.x.sum()
    usual_gap = max(1.0, float((known.last - known.first).sum() / gaps)) if gaps else 90.0
    found = features(known, usual_gap)
    mean = {name: float(values.mean()) for name, values in found.items()}
    deviation = {name: float(values.std()) or 1.0 for name, values in found.items()}
    table = np.column_stack([(found[name] - mean[name]) / deviation[name] for name in found])
    start = np.zeros(table.shape[1] + 1)
    weights = lowest(_loss, [start], (table, active.astype(float)))
    weight = dict(zip(found, map(float, weights[1:]), strict=True))
    return Logistic(mean, deviation, weight, float(weights[0]), usual_gap)


def fit_bands(window: Window) -> Bands:
    since, active = window.known.since, window.purchases > 0
    edges = np.unique(np.quantile(since, np.arange(1, BANDS) / BANDS))
    place = np.searchsorted(edges, since)
    size = len(edges) + 1
    number = np.maximum(1, np.bincount(place, minlength=size))
    shares = np.bincount(place, active, size) / number
    return Bands([float(edge) for edge in edges], [float(one) for one in shares], float(active.mean()))


def judge(model: Lapse, bands: Bands, orders: BgNbd, window: Window) -> dict[str, Any]:
    """How well each sorts and how far each is off, in a window none of them has seen."""
    known = window.known
    said = {
        "model": model.active(known),
        "recency": bands.active(known),
        "bgnbd": bgnbd.any_purchase(orders, known.x, known.t_x, known.T, window.horizon / WEEK),
    }
    lapsed = (window.purchases == 0).astype(float)
    return {
        "days": window.horizon,
        "customers": len(known),
        "chances": {name: judging.plain(judging.chances(1 - one, lapsed)) for name, one in said.items()},
        "tenths": judging.by_tenth(1 - said["model"], lapsed),
    }


def codes(model: Lapse, known: Known) -> np.ndarray[Any, np.dtype[np.bytes_]]:
    """Up to three reasons for lapsing in capitals and three against in small letters, the strongest first."""
    reasons = model.reasons(known)
    letters = np.array([*(ord(one) for one in reasons)], np.uint8)
    table = np.column_stack([np.broadcast_to(one, len(known)) for one in reasons.values()])
    shown = np.full((len(known), 2 * MOST_REASONS), ord(" "), np.uint8)
    for side, (sign, small) in enumerate(((1, 0), (-1, 32))):
        strongest = np.argsort(-sign * table, axis=1, kind="stable")[:, :MOST_REASONS]
        counts = np.take_along_axis(sign * table, strongest, axis=1) > NOTABLE
        start = side * MOST_REASONS
        width = strongest.shape[1]
        shown[:, start : start + width] = np.where(counts, letters[strongest] + small, ord(" "))
    return shown.view(f"S{2 * MOST_REASONS}").ravel()


# What moves the chance by less than a percentage point or so is no reason.
NOTABLE = 0.05


def _loss(weights: Floats, table: Floats, active: Floats) -> tuple[float, Floats]:
    logits = weights[0] + table @ weights[1:]
    error = expit(logits) - active
    size = len(active)
    penalty = RIDGE * float(weights[1:] @ weights[1:])
    value = float(np.mean(np.logaddexp(0, logits) - active * logits)) + penalty
    slope = np.concatenate([[error.mean()], table.T @ error / size + 2 * RIDGE * weights[1:]])
    return value, slope
