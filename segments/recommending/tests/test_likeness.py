"""Similarities against figures worked out by hand and published ones, on matrices small enough to read."""

import numpy as np
import pytest

from segments.recommending import likeness, purchases
from segments.recommending.likeness import Market, Neighbours, log_likelihood_ratio
from segments.recommending.models import Method

# Products 0 and 1 are bought by customers 0-3; product 2 by 4-7; product 3 by everybody.
BOUGHT = [(one, product) for one in range(4) for product in (0, 1, 3)] + [
    (one, product) for one in range(4, 8) for product in (2, 3)
]


def market() -> Market:
    people, products = np.array(BOUGHT, np.int64).T
    pairs = purchases.Pairs(people, products, np.full(len(BOUGHT), 100), np.ones(len(BOUGHT), np.int64))
    return Market(pairs, customers=8, products=4, today=100)


def neighbours(method: Method) -> dict[tuple[int, int], tuple[float, int, float]]:
    found: Neighbours = likeness.find(method, market())
    columns = (found.product, found.neighbour, found.weight, found.support, found.share)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return {(one, other): (weight, support, share) for one, other, weight, support, share in rows}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        # Apache Mahout's tests of the same figure, after Dunning.
        ((1, 0, 0, 1), 2.772589),
        ((10, 0, 0, 10), 27.72589),
        ((5, 1995, 0, 100_000), 39.33052),
        ((1000, 1995, 1000, 100_000), 4730.737),
    ],
)
def test_the_ratio_is_the_published_one(cells: tuple[int, int, int, int], expected: float) -> None:
    both, mine, other, neither = cells
    together, one, two = np.array([[both], [both + mine], [both + other]], float)
    found = log_likelihood_ratio(together, one, two, float(both + mine + other + neither))
    assert found[0] == pytest.approx(expected, rel=1e-6)


def test_products_that_avoid_each_other_are_no_neighbours() -> None:
    assert log_likelihood_ratio(np.array([1.0]), np.array([50.0]), np.array([50.0]), 100.0)[0] == 0


def test_support_and_share_are_counts_of_customers() -> None:
    found = neighbours(Method.COSINE)
    # Four bought 0 and 3; of the four buyers of 0 all bought 3, of the eight buyers of 3 half bought 0.
    assert found[0, 3][1:] == (4, 1.0)
    assert found[3, 0][1:] == (4, 0.5)
    assert (0, 2) not in found


def test_cosine_is_the_common_over_the_root_of_both() -> None:
    found, trend = neighbours(Method.COSINE), market().trend
    assert found[0, 1][0] == pytest.approx(4 / 4 * trend[1])
    assert found[0, 3][0] == pytest.approx(4 / np.sqrt(4 * 8) * trend[3])


@pytest.mark.parametrize("method", [Method.LLR, Method.EASE])
def test_what_everybody_buys_says_less(method: Method) -> None:
    found = neighbours(method)
    assert found[0, 1][0] > found.get((0, 3), (0.0,))[0]


def test_best_sellers_have_no_neighbours() -> None:
    assert neighbours(Method.POPULARITY) == {}


def test_what_sells_now_has_the_better_trend() -> None:
    last = np.array([100] * 10 + [0] * 10)
    pairs = purchases.Pairs(np.arange(20), np.repeat([0, 1], 10), last, np.ones(20, np.int64))
    trend = Market(pairs, 20, 2, today=100).trend
    assert trend[0] > trend[1]
