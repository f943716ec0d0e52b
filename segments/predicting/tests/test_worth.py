"""Gamma-Gamma and the value of 12 months against CDNOW, the interval against a simulation."""

from dataclasses import astuple

import numpy as np
import pandas as pd
import pytest

from segments.predicting import bgnbd, gamma_gamma, spread, worth
from segments.predicting.bgnbd import BgNbd, Purchases
from segments.predicting.gamma_gamma import GammaGamma
from segments.predicting.history import History
from segments.predicting.known import Known
from segments.predicting.tests.conftest import CDNOW
from segments.predicting.worth import Worth

ORDERS = BgNbd(0.24259291, 4.41353157, 0.79288617, 2.42575337)
MONEY = GammaGamma(6.248807, 3.744587, 15.447731)


@pytest.fixture(scope="module")
def summary() -> pd.DataFrame:
    if not CDNOW.exists():
        pytest.skip("../shared/data/cdnow is not here")
    return pd.read_csv(CDNOW / "cdnow_customers_summary_with_transactions.csv")


def test_the_fit_of_amounts_is_the_published_one(summary: pd.DataFrame) -> None:
    again = summary[summary["x"] > 0]
    assert len(again) == 946
    model, likelihood = gamma_gamma.fit(again["x"].to_numpy(float), again["zbar"].to_numpy(float))
    assert astuple(model) == pytest.approx(astuple(MONEY), rel=1e-4)
    assert likelihood == pytest.approx(-4055.92324, abs=1e-4)
    assert model.mean == pytest.approx(35.17100, abs=1e-4)


def test_few_purchases_are_drawn_towards_everybodys_mean() -> None:
    number, mean = np.array([2.0, 1, 7, 0]), np.array([22.35, 11.77, 73.74, 0])
    found = gamma_gamma.expected(MONEY, number, mean)
    assert found == pytest.approx([24.65861, 18.91148, 71.46285, 35.17101], abs=1e-4)


def test_the_value_of_12_months_is_that_of_other_implementations(summary: pd.DataFrame) -> None:
    x, t_x, age, mean = (summary[name].to_numpy(float) for name in ("x", "t_x", "T", "zbar"))
    steps = [bgnbd.expected(ORDERS, x, t_x, age, worth.WEEKS_A_MONTH * month) for month in range(13)]
    months = np.diff(np.array(steps), axis=0)
    orders = (1 + worth.DISCOUNT) ** -np.arange(1.0, 13) @ months
    values = orders * gamma_gamma.expected(MONEY, x, mean)
    assert values[:5] == pytest.approx([36.2785, 4.6375, 8.3441, 8.3441, 8.3441], abs=1e-3)
    assert values.sum() == pytest.approx(71_509.90, abs=1)


def test_our_own_forecast_is_the_same_sum() -> None:
    known = Known(39 * 7, *(np.array([value]) for value in (3.0, 0.0, 213.0, 66.0, 66.0, 1.0, 0.0)))
    found = worth.forecast(Worth(ORDERS, MONEY), known)
    expected = bgnbd.expected(ORDERS, known.x, known.t_x, known.T, 12 * worth.WEEKS_A_MONTH)
    assert found.orders == pytest.approx(expected, rel=1e-9)
    assert found.per_order == pytest.approx(gamma_gamma.expected(MONEY, known.days, known.mean))
    # A month's wait costs 1 %, twelve about 6.5 % on average.
    assert found.value[0] / found.spend[0] == pytest.approx(0.94, abs=0.01)
    assert found.low[0] <= found.value[0] <= found.high[0]


def test_purchases_after_the_calibration_are_foretold_as_published(cdnow: History) -> None:
    window = cdnow.at(cdnow.today - 39 * 7, 39 * 7)
    model = worth.fit(window.known)
    assert astuple(model.orders) == pytest.approx((0.24259, 4.41360, 0.79292, 2.42591), rel=1e-4)
    report = worth.judge(model, window)
    assert (report["customers"], report["orders"]["model"]["actual"]) == (2357, 1882)
    assert report["orders"]["model"]["rmse"] == pytest.approx(1.6080, abs=1e-4)
    assert report["orders"]["model"]["mae"] == pytest.approx(0.7855, abs=1e-4)
    assert report["orders"]["model"]["total"] == pytest.approx(1653, abs=1)
    assert report["orders"]["own_rate"]["rmse"] == pytest.approx(2.2119, abs=1e-4)
    assert report["orders"]["own_rate"]["total"] == pytest.approx(2930, abs=1)
    # Half the error of repeating what was spent, as published.
    assert report["money"]["model"]["mae"] < 31 < 60 < report["money"]["as_before"]["mae"]
    assert 0.8 <= report["inside"] < 0.95
    assert [one["customers"] for one in report["tenths"]] == [236] * 7 + [235] * 3


@pytest.mark.parametrize("customer", [(2, 30.43, 38.86), (7, 29.43, 38.86), (29, 37.0, 38.86), (0, 0, 5)])
def test_the_interval_is_what_a_simulation_finds(customer: tuple[float, float, float]) -> None:
    x, t_x, age = customer
    rows = Purchases(*(np.array([float(value)]) for value in (x, t_x, age, 1)))
    low, high = (one[0] for one in spread.quantiles(ORDERS, MONEY, rows, 52, (0.1, 0.9)))
    dice, size = np.random.default_rng(7), 200_000
    rate = dice.gamma(ORDERS.r + x, 1 / (ORDERS.alpha + age), size)
    leaves = dice.geometric(np.maximum(dice.beta(ORDERS.a, ORDERS.b + x, size), 1e-12))
    stays = dice.random(size) < bgnbd.alive(ORDERS, rows.x, rows.t_x, rows.T)[0]
    number = np.minimum(leaves, dice.poisson(rate * 52)) * stays
    scale = dice.gamma(MONEY.q + MONEY.p * (x + 1), 1, size)
    spent = np.where(number > 0, dice.gamma(np.maximum(MONEY.p * number, 1e-9)) / scale, 0)
    assert (low, high) == pytest.approx(tuple(np.quantile(spent, [0.1, 0.9])), rel=0.03, abs=0.003)


def test_amounts_of_one_size_are_fitted_too() -> None:
    model, _likelihood = gamma_gamma.fit(np.full(300, 3.0), np.full(300, 50.0))
    assert gamma_gamma.expected(model, np.array([3.0]), np.array([50.0]))[0] == pytest.approx(50, rel=0.01)
