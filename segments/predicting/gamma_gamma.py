"""For how much customers buy: the Gamma-Gamma model of Fader & Hardie (note 025, 2013).

A customer's purchases vary around a mean of their own, and the means vary between customers: amounts are
Gamma(p, v), and v is Gamma(q, gamma). Of each customer it asks how many purchases they made and the mean of
their amounts. Few purchases say little, so what is expected of such a customer lies near everybody's mean.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, psi

from segments.predicting.known import Floats
from segments.predicting.searching import lowest

# p, q - 1 and gamma, for amounts whose mean is one.
STARTS = ((6.0, 3.0, 0.5), (1.0, 1.0, 1.0))
SMALLEST, LARGEST = 1e-4, 1e5


@dataclass(frozen=True)
class GammaGamma:
    p: float
    q: float
    gamma: float

    @property
    def mean(self) -> float:
        """What a customer of whom nothing is known spends per purchase."""
        return self.p * self.gamma / (self.q - 1)


def fit(number: Floats, mean: Floats) -> tuple[GammaGamma, float]:
    """The parameters of the highest likelihood, and its logarithm. Amounts must be above zero.

    q stays above one: below, the mean of all customers would be infinite.
    """
    scale = float(mean.mean())
    starts = [np.log(start) for start in STARTS]
    found = lowest(_cost, starts, (number, mean / scale), (np.log(SMALLEST), np.log(LARGEST)))
    p, above_one, gamma = (float(value) for value in np.exp(found))
    model = GammaGamma(p, 1 + above_one, gamma * scale)
    return model, float(_terms(model, number, mean).sum())


def expected(model: GammaGamma, number: Floats, mean: Floats) -> Floats:
    """What a customer spends on average per purchase, now and later."""
    known = model.p * number
    return np.asarray(model.p * (model.gamma + number * mean) / (known + model.q - 1))


def _cost(logs: Floats, number: Floats, mean: Floats) -> tuple[float, Floats]:
    p, above_one, gamma = np.exp(logs)
    model = GammaGamma(p, 1 + above_one, gamma)
    known, spread = p * number, gamma + number * mean
    shared = psi(known + model.q)
    slope = np.array(
        [
            np.sum(number * (shared - psi(known) + np.log(number * mean) - np.log(spread))),
            np.sum(shared - psi(model.q) + np.log(gamma) - np.log(spread)),
            np.sum(model.q / gamma - (known + model.q) / spread),
        ]
    )
    size = len(number)
    return -float(_terms(model, number, mean).sum()) / size, -slope * np.exp(logs) / size


def _terms(model: GammaGamma, number: Floats, mean: Floats) -> Floats:
    p, q, gamma = model.p, model.q, model.gamma
    known = p * number
    return np.asarray(
        gammaln(known + q)
        - gammaln(known)
        - gammaln(q)
        + q * np.log(gamma)
        + (known - 1) * np.log(mean)
        + known * np.log(number)
        - (known + q) * np.log(gamma + number * mean)
    )
