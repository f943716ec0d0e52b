"""Scores against an oracle that computes them another way."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Customer
from customers.orders.models import Rollup
from segments.factories import buyer, scored
from segments.scoring.models import Score
from segments.scoring.tests import oracle

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 1, 30, tzinfo=UTC)


def published() -> dict[int, tuple[int, int, int, str, str]]:
    rows = Score.objects.values_list("pk", "recency", "frequency", "monetary", "group", "stage")
    return {pk: (r, f, m, group, stage) for pk, r, f, m, group, stage in rows}


def base(rows: list[tuple[datetime, datetime, int, Decimal]]) -> None:
    """Customers with these rollups: first order, last order, days, total."""
    made = Customer.objects.bulk_create(Customer(name=f"Customer {number}") for number in range(len(rows)))
    Rollup.objects.bulk_create(
        Rollup(customer=one, orders=days, days=days, total=total, first_order_at=first, last_order_at=last)
        for one, (first, last, days, total) in zip(made, rows, strict=True)
    )


moments = st.integers(-900 * 24, 48).map(lambda hours: NOW + timedelta(hours=hours))
amounts = st.sampled_from(["0", "0.01", "9.90", "10", "10.00", "99.99", "1000", "123456.78"]).map(Decimal)
rollups = st.tuples(moments, moments, st.integers(1, 6), amounts).map(
    lambda row: (min(row[:2]), max(row[:2]), *row[2:])
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(rollups, max_size=40))
def test_any_base_scores_as_the_oracle_says(rows: list[tuple[datetime, datetime, int, Decimal]]) -> None:
    Customer.objects.all().delete()
    base(rows)
    scored(as_of=NOW)
    assert published() == oracle.scores(NOW)


@pytest.mark.slow
def test_two_thousand_customers_with_many_ties_score_as_the_oracle_says() -> None:
    chance = random.Random(7)
    rows = []
    for _number in range(2000):
        last = NOW - timedelta(days=chance.choice([0, 1, 30, 31, 400]) + chance.random())
        days = chance.choice([1, 1, 1, 2, 3, 8])
        first = last - timedelta(days=chance.random() * 100 * (days > 1))
        rows.append((first, last, days, Decimal(chance.choice([10, 10, 20, 55])) * days))
    base(rows)
    scored(as_of=NOW)
    assert published() == oracle.scores(NOW)


def test_an_empty_base_has_no_scores_and_no_cutoffs() -> None:
    run = scored()
    assert (run.status, run.customers, run.cutoffs) == (
        "done",
        0,
        {"recency": [], "frequency": [], "monetary": []},
    )
    assert published() == {}


def test_a_single_customer_has_the_lowest_scores() -> None:
    only = buyer(now=NOW)
    scored(as_of=NOW)
    assert published() == {only.pk: (1, 1, 1, "lost", "new")}


def test_equal_customers_have_equal_scores() -> None:
    for _number in range(7):
        buyer(days_ago=5, days=3, total=70, now=NOW)
    scored(as_of=NOW)
    assert {row[:3] for row in published().values()} == {(1, 1, 1)}


def test_customers_without_an_order_have_no_score() -> None:
    base([])
    Rollup.objects.create(customer=Customer.objects.create(name="Prospect"))
    run = scored(as_of=NOW)
    assert published() == {}
    assert run.summary["stages"]["prospect"] == [1, "0"]


def test_deleted_customers_are_left_out() -> None:
    buyer(now=NOW, deleted_at=NOW)
    scored(as_of=NOW)
    assert published() == {}


def test_an_order_dated_tomorrow_counts_as_todays() -> None:
    today, tomorrow = buyer(days_ago=0, now=NOW), buyer(days_ago=-1, now=NOW)
    buyer(days_ago=9, now=NOW)
    run = scored(as_of=NOW)
    found = published()
    assert found[today.pk][0] == found[tomorrow.pk][0]
    assert run.cutoffs["recency"] == [9, 0, 0, 0]


def test_money_given_back_counts_no_more() -> None:
    """The rollup holds what is left after refunds; a customer with nothing left scores lowest."""
    refunded = buyer(total=0, now=NOW)
    for amount in (10, 20, 30, 40):
        buyer(total=amount, now=NOW)
    scored(as_of=NOW)
    assert published()[refunded.pk][2] == 1
    assert {row[2] for row in published().values()} == {1, 2, 3, 4, 5}


def test_days_begin_in_the_companys_time_zone() -> None:
    """Half past midnight in Shanghai is still yesterday in London."""
    midnight = datetime(2026, 5, 31, 16, 0, tzinfo=UTC)
    new_day = buyer(days_ago=0, now=midnight)
    old_day = buyer(days_ago=0, now=midnight - timedelta(seconds=1))
    run = scored(as_of=midnight + timedelta(minutes=30))
    assert run.cutoffs["recency"] == [1, 1, 0, 0]
    assert published()[new_day.pk][0] > published()[old_day.pk][0]
