"""How much of what was bought later each method would have found: learnt on older purchases, tried on newer.

Each customer's first ten suggestions are compared with what they went on to buy. New products are those they
had not bought before; "with repeats" counts all, and there a list begins with what they buy often. Products
that nobody bought before the cut cannot be found and do not count.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from segments.recommending import likeness, purchases
from segments.recommending.likeness import Market
from segments.recommending.models import Method
from segments.recommending.purchases import Floats, Ints, Purchases

FIRST = 10
# The newest of the purchases that were held out, at most so many days of them.
HELD_OUT, MOST_DAYS = 0.2, 60
# A verdict over fewer customers would be chance.
FEWEST, MOST = 30, 5_000
CELLS = 4_000_000
NEVER = -1e9

Score = Callable[[Ints], Floats]


@dataclass(frozen=True)
class Outcome:
    """Averages over the customers who bought something later."""

    method: str
    recall_new: float
    hits_new: float
    recall_all: float
    # Of all products, how many were suggested to anybody.
    coverage: float


@dataclass(frozen=True)
class Report:
    """Empty outcomes: there was too little to try the methods on."""

    tested: int
    days: int
    outcomes: tuple[Outcome, ...] = ()

    @property
    def winner(self) -> Method:
        """On few data best-sellers: no method has proved itself."""
        best = max(self.outcomes, key=lambda one: one.recall_new, default=None)
        return Method(best.method) if best else Method.POPULARITY

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def methods(products: int) -> list[Method]:
    return [one for one in Method if one is not Method.EASE or products <= likeness.MOST_PRODUCTS]


def try_all(bought: Purchases) -> Iterator[Outcome | Report]:
    """Yields each outcome as it is known, for signs of life, and the report at last."""
    days = _days(bought)
    cut = int(bought.day.max(initial=0)) + 1 - days
    trial = Trial(bought, cut)
    if len(trial.people) < FEWEST:
        yield Report(len(trial.people), days)
        return
    outcomes = []
    for method in methods(len(bought.keys)):
        outcomes.append(trial.outcome(method))
        yield outcomes[-1]
    yield Report(len(trial.people), days, tuple(outcomes))


class Trial:
    """One cut in time: what was known before it, and what was bought after."""

    def __init__(self, bought: Purchases, cut: int) -> None:
        known = purchases.pairs(bought.before(cut))
        self.market = Market(known, bought.customers, len(bought.keys), cut)
        later = purchases.pairs(bought.since(cut))
        sold = self.market.buyers >= purchases.FEWEST_BUYERS
        was_here = np.bincount(known.customer, minlength=bought.customers) > 0
        counts = sold[later.product] & was_here[later.customer]
        everybody = np.unique(later.customer[counts])
        # Evenly spread, so that the same purchases always give the same figures.
        self.people = everybody[:: max(1, -(-len(everybody) // MOST))]
        shape = (bought.customers, len(bought.keys))
        ones = np.ones(int(counts.sum()), bool)
        place = (later.customer[counts], later.product[counts])
        self.truth = sparse.csr_array((ones, place), shape=shape)
        self.sold = sold

    def outcome(self, method: Method) -> Outcome:
        """Neighbours as they would be published."""
        found = likeness.find(method, self.market)
        weights = sparse.csr_array(
            (found.weight, (found.product, found.neighbour)), shape=(self.market.products,) * 2
        )
        taste = self.market.matrix(self.market.taste)
        return self.judge(method.value, lambda people: (taste[people] @ weights).toarray())

    def judge(self, name: str, score: Score, *, own_first: bool = True) -> Outcome:
        """`score` rates all products for some people. With repeats, what they buy often is first in the list,
        unless the scores are to speak for themselves."""
        parts = [self._part(people, score(people), own_first) for people in self._chunks()]
        new, hits, all_, seen = (np.concatenate([part[place] for part in parts]) for place in range(4))
        return Outcome(
            name,
            recall_new=_mean(new),
            hits_new=_mean(hits),
            recall_all=_mean(all_),
            coverage=len(np.unique(seen)) / max(1, int(self.sold.sum())),
        )

    def _chunks(self) -> Iterator[Ints]:
        size = max(1, CELLS // max(1, self.market.products))
        for start in range(0, len(self.people), size):
            yield self.people[start : start + size]

    def _part(self, people: Ints, scores: Floats, own_first: bool) -> tuple[Floats, Floats, Floats, Ints]:
        market = self.market
        truth = self.truth[people].toarray()
        owned = market.bought[people].toarray() > 0
        # Where nothing goes with what they bought, best-sellers fill the list.
        scores = scores / scores.max(initial=1e-9)
        scores += market.popularity / market.popularity.max(initial=1e-9) * 1e-6
        scores[:, ~self.sold] = NEVER
        with_repeats = scores.copy()
        scores[owned] = NEVER
        new = _first(scores)
        if own_first:
            often = market.matrix(market.pairs.days.astype(float))[people].toarray() * market.trend
            with_repeats[owned] = 1 + often[owned]
        return (
            *_found(truth & ~owned, new),
            _found(truth, _first(with_repeats))[0],
            np.unique(new),
        )


def _days(bought: Purchases) -> int:
    if not len(bought.day):
        return 0
    return int(min(MOST_DAYS, max(1, np.ptp(bought.day) * HELD_OUT)))


def _first(scores: Floats) -> Ints:
    number = min(FIRST, scores.shape[1])
    return np.asarray(np.argpartition(-scores, number - 1, axis=1)[:, :number])


def _found(truth: npt.NDArray[np.bool_], suggested: Ints) -> tuple[Floats, Floats]:
    """Recall of everybody who bought something, and whether anything was found."""
    wanted = truth.sum(axis=1)
    found = np.take_along_axis(truth, suggested, axis=1).sum(axis=1)
    some = wanted > 0
    return found[some] / wanted[some], (found[some] > 0).astype(float)


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0
