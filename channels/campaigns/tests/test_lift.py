"""Lift and its intervals against published values, an independent computation and simulated campaigns."""

import numpy as np
import pytest
from scipy import stats

from channels.campaigns.lift import Group, money_difference, share_difference, wilson


def group(spent: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Group:
    return Group(spent.size, int((spent > 0).sum()), float(spent.sum()), float((spent**2).sum()))


def test_difference_of_shares_is_that_of_the_paper() -> None:
    """Newcombe 1998, Table II: (a) 56/70 − 48/80 and (c) 6/7 − 2/7, method 10."""
    found = share_difference((56, 70), (48, 80))
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    found = share_difference((6, 7), (2, 7))
    assert (found.low, found.high) == pytest.approx((0.0582, 0.8062), abs=5e-5)


def test_share_is_that_of_scipy() -> None:
    theirs = stats.binomtest(7, 90).proportion_ci(method="wilson")
    ours = wilson(7, 90)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))


def test_nobody_and_nothing_are_no_certainty() -> None:
    assert wilson(0, 0).high == 1
    assert not share_difference((0, 0), (0, 10)).is_certain
    assert money_difference(Group(1000, 3, 300, 30_000), Group(1000, 2, 200, 20_000)) is None
    assert money_difference(Group(10_000, 900, 9e4, 9e6), Group(50, 5, 500, 5e4)) is None


def test_money_is_that_of_scipy() -> None:
    rng = np.random.default_rng(7)
    one = rng.lognormal(5, 1, 4000) * (rng.random(4000) < 0.12)
    other = rng.lognormal(5, 1, 900) * (rng.random(900) < 0.1)
    theirs = stats.ttest_ind(one, other, equal_var=False).confidence_interval()
    ours = money_difference(group(one), group(other))
    assert ours
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), rel=0.01)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """1,000 campaigns to 9,000 with 1,000 held back: a tenth buys anyway, a message moves a fiftieth more."""
    rng, runs, truth = np.random.default_rng(20_261_123), 1000, 0.02
    mean = float(np.exp(4 + 0.8**2 / 2))
    shares = money = 0
    for _run in range(runs):
        treated = rng.lognormal(4, 0.8, 9000) * (rng.random(9000) < 0.1 + truth)
        held_back = rng.lognormal(4, 0.8, 1000) * (rng.random(1000) < 0.1)
        one, other = group(treated), group(held_back)
        share = share_difference((one.buyers, one.members), (other.buyers, other.members))
        spent = money_difference(one, other)
        assert spent
        shares += share.low <= truth <= share.high
        money += spent.low <= truth * mean <= spent.high
    assert 0.93 <= shares / runs <= 0.97
    assert 0.93 <= money / runs <= 0.97
