"""Between which amounts a customer's spending will lie: quantiles of what both models say together.

Nothing is simulated; both parts have closed forms (derived from the two papers' posteriors):

- Purchases Y in the next weeks: bgnbd.survival.
- Given y purchases, the sum of their amounts is (gamma + n * mean) times a beta-prime(p * y, q + p * n).

The distribution of the sum is the mixture of the second over the first. Its quantiles in units of
gamma + n * mean depend on the purchases only, so that equal customers share the search.
"""

from collections.abc import Iterator

import numpy as np
from scipy.special import betainc

from segments.predicting import bgnbd
from segments.predicting.bgnbd import BgNbd, Places, Purchases
from segments.predicting.gamma_gamma import GammaGamma
from segments.predicting.known import Floats

# Halvings of the interval: amounts to the fourth digit.
ROUNDS = 20
# Up to here each number of purchases counts for itself; above, those within a sixth of each other are one.
SINGLE, TOGETHER = 8, 7 / 6

Part = tuple[Floats, Places, float]


def quantiles(
    model: BgNbd, money: GammaGamma, rows: Purchases, weeks: float, levels: tuple[float, ...]
) -> list[Floats]:
    """For each level one amount per row, in units of gamma + n * mean with n = x + 1 purchases so far."""
    parts = list(_parts(bgnbd.survival(model, rows.x, rows.t_x, rows.T, weeks)))
    none = np.ones(len(rows.x))
    for chance, places, _number in parts:
        none[places] -= chance
    return [_quantile(money, rows, parts, none, level) for level in levels]


def _parts(steps: Iterator[tuple[Floats, Places]]) -> Iterator[Part]:
    """P(first <= Y < next), the places of the rows, and the number in the middle."""
    first = following = 1
    chance, places = next(steps)
    for number, (more, further) in enumerate(steps, 2):
        if number <= following:
            continue
        here = chance.copy()
        here[np.searchsorted(places, further)] -= more
        yield here, places, (first + number - 1) / 2
        chance, places, first = more, further, number
        following = number if number < SINGLE else int(number * TOGETHER)
    if len(places):
        yield chance, places, float(first)


def _quantile(
    money: GammaGamma,
    rows: Purchases,
    parts: list[Part],
    none: Floats,
    level: float,
) -> Floats:
    """Halves the interval of s / (s + 1), where all amounts lie between zero and one."""
    sought = np.flatnonzero(none < level)
    low, high = np.zeros(len(sought)), np.ones(len(sought))
    shape = money.q + money.p * (rows.x[sought] + 1)
    where = np.full(len(rows.x), -1)
    where[sought] = np.arange(len(sought))
    # Each part with its rows among those that are sought.
    mine = []
    for chance, places, number in parts:
        kept = where[places] >= 0
        if kept.any():
            mine.append((chance[kept], where[places[kept]], money.p * number))
    for _round in range(ROUNDS):
        middle = (low + high) / 2
        below = none[sought].copy()
        for chance, at, size in mine:
            below[at] += chance * betainc(size, shape[at], middle[at])
        low, high = np.where(below < level, middle, low), np.where(below < level, high, middle)
    found = np.zeros(len(rows.x))
    found[sought] = low / (1 - low)
    return found
