"""Which products go with which, by four methods, each in the same shape: the best few for every product.

Cosine and the log-likelihood ratio (Dunning 1993) compare the customers of two products; EASE (Steck 2019)
is a linear model of all products at once in closed form, and needs memory for all pairs of them. What sells
better now than before counts for more in all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import xlogy

from segments.recommending.models import Method
from segments.recommending.purchases import Floats, Ints, Pairs

# So many neighbours are kept: more change nothing on held-out purchases.
KEPT = 50
# Fewer customers in common are chance, and would tell of them.
FEWEST_IN_COMMON = 3
# EASE holds the square of this in memory.
MOST_PRODUCTS = 6_000
BLOCK = 500
RIDGE = 100.0
# Days in which what was bought counts for half as much: for a person's taste, and for what sells.
TASTE, FASHION = 120.0, 30.0

Weigh = Callable[[Floats, Floats, Floats, float], Floats]


@dataclass(frozen=True)
class Neighbours:
    """`product` and `neighbour` are places in the purchases' keys."""

    product: Ints
    neighbour: Ints
    weight: Floats
    support: Ints
    share: Floats


@dataclass(frozen=True)
class Market:
    """All pairs of customer and product as seen on one day."""

    pairs: Pairs
    customers: int
    products: int
    today: int

    @property
    def bought(self) -> sparse.csr_array:
        return self.matrix(np.ones(len(self.pairs.last)))

    @property
    def taste(self) -> Floats:
        return _halved(self.today - self.pairs.last, TASTE)

    @property
    def buyers(self) -> Floats:
        return np.bincount(self.pairs.product, minlength=self.products).astype(np.float64)

    @property
    def popularity(self) -> Floats:
        fresh = _halved(self.today - self.pairs.last, FASHION)
        return np.bincount(self.pairs.product, fresh, minlength=self.products).astype(np.float64)

    @property
    def trend(self) -> Floats:
        """Around 1; a square root, so that fashion does not outweigh what goes with what."""
        found = np.sqrt((self.popularity + 1) / (self.buyers + 1))
        middle = np.median(found) if len(found) else 1.0
        return np.asarray(found / middle)

    def matrix(self, values: Floats) -> sparse.csr_array:
        shape = (self.customers, self.products)
        return sparse.csr_array((values, (self.pairs.customer, self.pairs.product)), shape=shape)


def find(method: Method, market: Market) -> Neighbours:
    """None for best-sellers, which have no neighbours."""
    if method is Method.POPULARITY or not market.products:
        return _joined([])
    bought, buyers = market.bought, market.buyers
    model = _ease(market) if method is Method.EASE else None
    blocks = []
    for start in range(0, market.products, BLOCK):
        stop = min(start + BLOCK, market.products)
        common = (bought[:, start:stop].T @ bought).tocoo()
        row, column, together = common.row, common.col, common.data
        kept = (row + start != column) & (together >= FEWEST_IN_COMMON)
        row, column, together = row[kept], column[kept], together[kept]
        mine = buyers[row + start]
        if model is None:
            weight = WEIGHS[method](together, mine, buyers[column], float(market.customers))
        else:
            weight = model[row + start, column].astype(float)
        weight = weight * market.trend[column]
        best = _best(row, weight)
        row, column = row[best] + start, column[best]
        support = together[best].astype(np.int64)
        blocks.append(Neighbours(row, column, weight[best], support, support / mine[best]))
    return _joined(blocks)


def _cosine(together: Floats, mine: Floats, other: Floats, everybody: float) -> Floats:
    return np.asarray(together / np.sqrt(mine * other))


def log_likelihood_ratio(together: Floats, mine: Floats, other: Floats, everybody: float) -> Floats:
    """How surprising it is that so many bought both. Products that avoid each other get nothing."""
    cells = (together, mine - together, other - together, everybody - mine - other + together)
    inner = sum(xlogy(cell, cell) for cell in cells)
    sides = sum(xlogy(side, side) for side in (mine, everybody - mine, other, everybody - other))
    found = 2 * (inner - sides + xlogy(everybody, everybody))
    return np.where(together * everybody > mine * other, np.maximum(found, 0), 0)


WEIGHS: dict[Method, Weigh] = {Method.COSINE: _cosine, Method.LLR: log_likelihood_ratio}


def _ease(market: Market) -> npt.NDArray[np.float32]:
    rated = market.matrix(market.taste).astype(np.float32)
    gram = (rated.T @ rated).toarray()
    gram[np.diag_indices(market.products)] += RIDGE
    inverse = np.linalg.inv(gram)
    return np.asarray(-inverse / np.diag(inverse))


def _best(row: Ints, weight: Floats) -> Ints:
    """The places of the KEPT heaviest of each row, heaviest first."""
    order = np.lexsort((-weight, row))
    order = order[weight[order] > 0]
    if not len(order):
        return order
    first = np.flatnonzero(np.diff(row[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(first, np.diff(first, append=len(order)))
    return np.asarray(order[rank < KEPT])


def _joined(blocks: list[Neighbours]) -> Neighbours:
    return Neighbours(
        np.concatenate([np.zeros(0, np.int64), *(one.product for one in blocks)]),
        np.concatenate([np.zeros(0, np.int64), *(one.neighbour for one in blocks)]),
        np.concatenate([np.zeros(0), *(one.weight for one in blocks)]),
        np.concatenate([np.zeros(0, np.int64), *(one.support for one in blocks)]),
        np.concatenate([np.zeros(0), *(one.share for one in blocks)]),
    )


def _halved(age: Ints, days: float) -> Floats:
    return np.asarray(0.5 ** (np.maximum(age, 0) / days))
