"""BG/NBD against the published parameters of CDNOW, its per-customer table, and numbers that bite."""

from dataclasses import astuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segments.predicting import bgnbd
from segments.predicting.bgnbd import BgNbd, Purchases
from segments.predicting.known import Floats
from segments.predicting.tests.conftest import CDNOW

FITTED = BgNbd(0.24259291, 4.41353157, 0.79288617, 2.42575337)


def one(x: float, t_x: float, age: float) -> tuple[Floats, Floats, Floats]:
    return np.array([float(x)]), np.array([float(t_x)]), np.array([float(age)])


@pytest.fixture(scope="module")
def summary() -> Purchases:
    if not CDNOW.exists():
        pytest.skip("../shared/data/cdnow is not here")
    rows = pd.read_csv(CDNOW / "cdnow_customers_summary.csv")
    x, t_x, age = (rows[name].to_numpy(float) for name in ("frequency", "recency", "T"))
    return Purchases(x, t_x, age, np.ones(len(x)))


def test_the_fit_is_the_published_one(summary: Purchases) -> None:
    model, likelihood = bgnbd.fit(summary)
    assert astuple(model) == pytest.approx(astuple(FITTED), rel=1e-4)
    assert likelihood == pytest.approx(-9582.42556, abs=1e-4)
    # Rounded as in the paper's table.
    paper = BgNbd(0.243, 4.414, 0.793, 2.426)
    assert bgnbd.log_likelihood(paper, summary) == pytest.approx(-9582.42683, abs=1e-4)


def test_equal_customers_make_one_row_and_the_same_fit(summary: Purchases) -> None:
    rows, where = bgnbd.compress(summary.x, summary.t_x, summary.T, 1 / 7)
    assert len(rows.x) < len(summary.x) / 1.3
    assert rows.weight.sum() == len(summary.x)
    assert (rows.x[where] == summary.x).all()
    model, likelihood = bgnbd.fit(rows)
    assert astuple(model) == pytest.approx(astuple(FITTED), rel=1e-3)
    assert likelihood == pytest.approx(-9582.43, abs=0.1)


def test_the_slope_is_that_of_the_likelihood(summary: Purchases) -> None:
    at = np.log([0.3, 5.0, 0.9, 2.0])
    _cost, slope = bgnbd._cost(at, summary)
    for place in range(4):
        step = np.zeros(4)
        step[place] = 1e-5
        above, below = bgnbd._cost(at + step, summary)[0], bgnbd._cost(at - step, summary)[0]
        assert slope[place] == pytest.approx((above - below) / 2e-5, rel=1e-4)


@pytest.mark.parametrize(
    ("customer", "weeks", "orders", "alive", "active"),
    [
        ((2, 30.43, 38.86), 39, 1.22591, 0.72661, 0.55461),
        ((0, 0, 38.86), 39, 0.19478, 1, 0.14433),
        ((7, 29.43, 38.86), 39, 3.33724, 0.64180, 0.63568),
        ((1, 1.71, 38.86), 39, 0.20325, 0.21223, 0.11671),
        ((29, 37.0, 38.86), 39, 18.61206, 0.91393, 0.91393),
        ((3, 10.0, 38.86), 52, 0.41495, 0.13643, 0.12587),
    ],
)
def test_single_customers_are_foretold_as_published(
    customer: tuple[float, float, float], weeks: float, orders: float, alive: float, active: float
) -> None:
    known = one(*customer)
    assert bgnbd.expected(FITTED, *known, weeks)[0] == pytest.approx(orders, abs=1e-5)
    assert bgnbd.alive(FITTED, *known)[0] == pytest.approx(alive, abs=1e-5)
    assert bgnbd.any_purchase(FITTED, *known, weeks)[0] == pytest.approx(active, abs=1e-5)


@pytest.mark.parametrize(("weeks", "orders"), [(39, 1.195016), (52, 1.444021), (78, 1.857972)])
def test_somebody_new_is_foretold_as_published(weeks: float, orders: float) -> None:
    assert bgnbd.expected(FITTED, *one(0, 0, 0), weeks)[0] == pytest.approx(orders, abs=1e-6)


def test_numbers_of_purchases_are_spread_as_published() -> None:
    at_least = [chance[0] for chance, _places in bgnbd.survival(FITTED, *one(0, 0, 0), 38.86) if len(chance)]
    exactly = -np.diff([1, *at_least])[:8]
    assert exactly == pytest.approx(
        [0.5748, 0.1991, 0.0853, 0.0457, 0.0276, 0.0179, 0.0122, 0.0087], abs=1e-4
    )


def test_thousands_of_purchases_are_numbers() -> None:
    found = bgnbd.expected(FITTED, *one(5000, 30.43, 38.86), 39)[0]
    assert 0 <= found < 1e-10
    assert 0 < bgnbd.expected(FITTED, *one(5000, 38.86, 38.86), 39)[0] < 5000


def test_nothing_happens_where_a_is_one() -> None:
    around = [
        bgnbd.expected(BgNbd(0.2426, 4.414, a, 2.426), *one(2, 30.43, 38.86), 39)[0]
        for a in (0.999, 1, 1.001)
    ]
    assert around == pytest.approx([1.10251, 1.10197, 1.10142], abs=1e-4)


def test_customers_who_all_leave_alike_are_foretold_by_the_sum() -> None:
    alike = BgNbd(0.38, 1.3, 5510.0, 9999.0)
    nearly = BgNbd(0.38, 1.3, 55.10, 99.99)
    known = (np.array([0.0, 3.0]), np.array([0.0, 20.0]), np.array([30.0, 30.0]))
    # The same mean, so nearly the same expectation, which there is still a 2F1 for.
    assert bgnbd.expected(alike, *known, 39) == pytest.approx(bgnbd.expected(nearly, *known, 39), rel=0.03)


@settings(max_examples=60, deadline=None)
@given(
    x=st.integers(0, 400),
    age=st.floats(0, 300),
    share=st.floats(0, 1),
    weeks=st.floats(1, 104),
    params=st.tuples(*(st.floats(0.05, 50) for _ in range(4))),
)
def test_every_customer_has_sensible_figures(
    x: int, age: float, share: float, weeks: float, params: tuple[float, float, float, float]
) -> None:
    model = BgNbd(*params)
    known = one(x, age * share if x else 0, age)
    orders = bgnbd.expected(model, *known, weeks)[0]
    active = bgnbd.any_purchase(model, *known, weeks)[0]
    assert np.isfinite(orders)
    assert 0 <= active <= 1
    assert active <= orders + 1e-6
    assert orders <= bgnbd.expected(model, *known, weeks + 10)[0] + 1e-6


def test_an_empty_base_compresses_to_nothing() -> None:
    nobody = np.zeros(0)
    rows, where = bgnbd.compress(nobody, nobody, nobody, 1.0)
    assert len(rows.x) == len(where) == 0
