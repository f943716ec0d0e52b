"""How often customers will buy: the BG/NBD model of Fader, Hardie & Lee (Marketing Science 24(2), 2005).

While active, a customer buys at a rate of their own; after each purchase they leave with a chance of their
own. Rates vary between customers as Gamma(r, alpha), chances as Beta(a, b). Of each customer it asks three
numbers: x purchases after the first, t_x from the first to the last, T from the first until today, in weeks.

Powers and gamma functions of frequent buyers leave the range of floats, so likelihoods are added as
logarithms, and expectations use Euler's form of 2F1, whose terms stay near one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, expit, gammaln, hyp2f1, psi

from segments.predicting.known import Floats
from segments.predicting.searching import lowest

Places = npt.NDArray[np.intp]
# Expectations divide by a - 1; nothing happens there, so it is stepped over.
POLE = 1e-6
STARTS = ((0.5, 5.0, 0.7, 2.0), (1.0, 1.0, 1.0, 1.0), (0.2, 20.0, 0.3, 5.0))
# More rows than this are fitted from the first start only: thirty starts on real data ended in one place.
FEW = 50_000
SMALLEST, LARGEST = 1e-4, 1e4
# What is less likely than this changes no figure that anybody sees.
NEGLIGIBLE = 1e-4


@dataclass(frozen=True)
class Purchases:
    """What is known of customers, each row `weight` of them. Times are weeks."""

    x: Floats
    t_x: Floats
    T: Floats
    weight: Floats


@dataclass(frozen=True)
class BgNbd:
    r: float
    alpha: float
    a: float
    b: float


def compress(x: Floats, t_x: Floats, age: Floats, unit: float) -> tuple[Purchases, Places]:
    """Equal customers as one row, times rounded to `unit` weeks, and which row each customer is in.

    The three are packed into one integer: np.unique over rows takes twenty times as long.
    """
    many, last, old = (np.rint(one).astype(np.int64) for one in (x, t_x / unit, age / unit))
    # Rounding never makes a last purchase later than today.
    last = np.minimum(last, old)
    base = int(old.max(initial=0)) + 1
    packed, where, weight = np.unique(
        (many * base + last) * base + old, return_inverse=True, return_counts=True
    )
    rest, ages = np.divmod(packed, base)
    counts, lasts = np.divmod(rest, base)
    rows = Purchases(counts.astype(float), lasts * unit, ages * unit, weight.astype(float))
    return rows, where


def fit(data: Purchases) -> tuple[BgNbd, float]:
    """The parameters of the highest likelihood, and its logarithm."""
    starts = STARTS if len(data.x) <= FEW else STARTS[:1]
    edges = (np.log(SMALLEST), np.log(LARGEST))
    found = lowest(_cost, [np.log(start) for start in starts], (data,), edges)
    model = BgNbd(*(float(value) for value in np.exp(found)))
    return model, log_likelihood(model, data)


def log_likelihood(model: BgNbd, data: Purchases) -> float:
    return float(np.dot(data.weight, _terms(model, data)[0]))


def alive(model: BgNbd, x: Floats, t_x: Floats, age: Floats) -> Floats:
    """The chance that a customer has not left. Not a measure of churn: who bought once has always stayed."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.log(a) - np.log(b + x - 1) + (r + x) * np.log((alpha + age) / (alpha + t_x))
    return np.where(x > 0, expit(-left), 1.0)


def any_purchase(model: BgNbd, x: Floats, t_x: Floats, age: Floats, weeks: float) -> Floats:
    """The chance of at least one purchase in the next weeks: the opposite of lapsing."""
    stays = ((model.alpha + age) / (model.alpha + age + weeks)) ** (model.r + x)
    return np.asarray(alive(model, x, t_x, age) * (1 - stays))


def expected(model: BgNbd, x: Floats, t_x: Floats, age: Floats, weeks: float) -> Floats:
    """How many purchases are expected in the next weeks."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    if abs(a - 1) < POLE:
        a = 1 + POLE
    z = weeks / (alpha + age + weeks)
    with np.errstate(over="ignore", invalid="ignore"):
        gone = (1 - z) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
        found = np.asarray(alive(model, x, t_x, age) * (a + b + x - 1) / (a - 1) * (1 - gone))
    # Parameters in the thousands, of customers who all leave alike, are beyond 2F1: the sum is slow and sure.
    lost = np.flatnonzero(~np.isfinite(found))
    found[lost] = 0.0
    for chance, places in survival(model, x[lost], t_x[lost], age[lost], weeks):
        found[lost[places]] += chance
    return found


def survival(
    model: BgNbd, x: Floats, t_x: Floats, age: Floats, weeks: float
) -> Iterator[tuple[Floats, Places]]:
    """P(Y >= 1), P(Y >= 2), … purchases in the next weeks, where not negligible, and the places of the rows.

    Who is still here buys at a rate Gamma(r + x, alpha + T) and leaves after each purchase with a chance
    Beta(a, b + x). At least k purchases need k that the rate gives and k - 1 times of staying:

        P(Y >= k) = P(alive) * prod[j < k - 1] (b + x + j) / (a + b + x + j) * P(N >= k)

    with N negative binomial of size r + x and chance (alpha + T) / (alpha + T + t), whose tail is an
    incomplete beta function: unlike a sum of its terms, it does not vanish for those who buy every day.
    """
    ahead, size = weeks / (model.alpha + age + weeks), model.r + x
    stayed, number = alive(model, x, t_x, age), 0
    places: Places = np.arange(len(x))
    while len(places):
        number += 1
        chance = stayed * betainc(number, size, ahead)
        keep = chance > NEGLIGIBLE
        places, x, size = places[keep], x[keep], size[keep]
        yield chance[keep], places
        ahead, stayed = ahead[keep], stayed[keep]
        stayed = stayed * (model.b + x + number - 1) / (model.a + model.b + x + number - 1)


def _cost(logs: Floats, data: Purchases) -> tuple[float, Floats]:
    """The mean of the negative log-likelihood and its slope along the logarithms of the parameters."""
    model = BgNbd(*np.exp(logs))
    each, stayed, left = _terms(model, data)
    total = data.weight.sum()
    slope = _slope(model, data, stayed, left) * np.exp(logs)
    return -float(np.dot(data.weight, each)) / total, -slope / total


def _terms(model: BgNbd, data: Purchases) -> tuple[Floats, Floats, Floats]:
    """The log-likelihood of each row, and the shares in it of having stayed and of having left."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    x = data.x
    both = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    both += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    stayed = -(r + x) * np.log(alpha + data.T)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.log(a) - np.log(b + x - 1) - (r + x) * np.log(alpha + data.t_x)
    left = np.where(x > 0, left, -np.inf)
    together = np.logaddexp(stayed, left)
    return both + together, np.exp(stayed - together), np.exp(left - together)


def _slope(model: BgNbd, data: Purchases, stayed: Floats, left: Floats) -> Floats:
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    x, weight = data.x, data.weight
    later, sooner = alpha + data.T, alpha + data.t_x
    shared = psi(a + b) - psi(a + b + x)
    slopes: tuple[Any, ...] = (
        psi(r + x) - psi(r) + np.log(alpha) - stayed * np.log(later) - left * np.log(sooner),
        r / alpha - (r + x) * (stayed / later + left / sooner),
        shared + left / a,
        # Without a repeat purchase `left` is zero; the denominator only must not be.
        shared + psi(b + x) - psi(b) - left / np.where(x > 0, b + x - 1, 1.0),
    )
    return np.array([np.dot(weight, one) for one in slopes])
