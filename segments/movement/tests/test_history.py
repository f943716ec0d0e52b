"""Months of the past, added up from the orders, against scores computed in plain Python for each of them."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pandas as pd
import pytest

from customers.models import Customer
from segments.factories import scored
from segments.facts import start_of
from segments.movement import digesting, flows
from segments.movement.flows import Between
from segments.movement.models import Change, Digest, Month, Snapshot
from segments.scoring.models import Score
from segments.scoring.ruling import Rules
from segments.scoring.tests import order_oracle
from segments.scoring.tests.order_oracle import Bought
from segments.scoring.tests.ordering import NOW, take

pytestmark = pytest.mark.django_db


def orders(seed: int = 5, customers: int = 60) -> list[Bought]:
    chance = random.Random(seed)
    return take(
        [
            (who, chance.random() * 800, Decimal(chance.choice([10, 99, 250])), "")
            for who in range(customers)
            for _number in range(chance.choice([1, 1, 2, 4, 7]))
        ]
    )


def begun(seed: int = 5, customers: int = 60) -> list[Bought]:
    """The first scoring ever, and what the sweep makes of it."""
    bought = orders(seed, customers)
    scored(as_of=NOW)
    digesting.sweep()
    return bought


def expected(bought: list[Bought], moment: datetime) -> dict[int, order_oracle.Scored]:
    return order_oracle.scores([one for one in bought if one.at <= moment], Rules(), moment)


def test_the_past_year_is_added_up_after_the_first_scoring() -> None:
    bought = begun()
    months = list(Month.objects.order_by("month"))
    assert [one.month for one in months][:2] == [date(2025, 6, 1), date(2025, 7, 1)]
    assert months[-1].month == date(2026, 6, 1)
    for month in months:
        kept = {
            one.customer_id: (one.scores, one.group, one.stage, one.total)
            for one in Snapshot.objects.filter(month=month.month)
        }
        spent: dict[int, Decimal] = {}
        for one in bought:
            if one.at <= month.as_of:
                spent[one.customer] = spent.get(one.customer, Decimal(0)) + one.amount
        assert kept == {
            pk: (r * 100 + f * 10 + m, group, stage, spent[pk])
            for pk, (r, f, m, group, stage) in expected(bought, month.as_of).items()
        }
        assert month.customers == len(kept)


def test_flows_equal_what_pandas_counts() -> None:
    begun()
    found = flows.count(Between(date(2025, 9, 1), date(2026, 3, 1)), Customer.objects.present())
    table = pd.DataFrame(Snapshot.objects.values("month", "customer_id", "stage", "group", "total"))
    early, late = (table[table["month"] == month] for month in (date(2025, 9, 1), date(2026, 3, 1)))
    both = early.merge(late, how="outer", on="customer_id", suffixes=("_a", "_b"))
    both["money"] = both["total_b"].fillna(both["total_a"])
    for kind in ("stage", "group"):
        ends = both[[f"{kind}_a", f"{kind}_b"]].fillna("")
        grouped = both["money"].groupby([ends[f"{kind}_a"], ends[f"{kind}_b"]]).agg(["count", "sum"])
        assert {(a, b): (n, Decimal(money)) for a, b, n, money in found[kind]} == {
            key: (row["count"], row["sum"]) for key, row in grouped.iterrows()
        }


def test_each_move_of_the_past_is_noted_and_leads_to_where_they_stand_now() -> None:
    bought = begun()
    for kind, place in (("stage", 4), ("group", 3)):
        column = {"stage": "stage_since", "group": "since"}[kind]
        stands = {row["pk"]: row for row in Score.objects.values("pk", kind, column, f"previous_{kind}")}
        for pk, row in stands.items():
            moves = list(Change.objects.filter(customer=pk, kind=kind).order_by("at"))
            for one, after in pairwise(moves):
                assert one.after == after.before
            if moves:
                assert moves[-1].after == row[kind] == expected(bought, NOW)[pk][place]
                assert (row[column], row[f"previous_{kind}"]) == (moves[-1].at, moves[-1].before)
            else:
                assert row[column] == start_of(date(2025, 6, 1))


def test_the_last_week_before_the_first_scoring_is_told_apart() -> None:
    """At risk on the fifth day before the scoring, or at the beginning of the month before it."""
    run_at = NOW + timedelta(days=24)
    take([(1, 181 - 24 + 5, Decimal(50), ""), (2, 181 - 24 + 12, Decimal(50), "")])
    scored(as_of=run_at)
    digesting.sweep()
    moves = Change.objects.filter(kind="stage", after="risk").order_by("customer_id")
    assert [one.at for one in moves] == [run_at, run_at - timedelta(days=7)]


def test_sweeping_again_changes_nothing() -> None:
    begun()
    before = (Snapshot.objects.count(), Change.objects.count(), Digest.objects.get().made_at)
    digesting.sweep()
    assert before == (Snapshot.objects.count(), Change.objects.count(), Digest.objects.get().made_at)


def test_a_month_whose_worker_died_is_taken_later() -> None:
    orders()
    scored(as_of=NOW)
    Month.objects.filter(month="2025-06-01").update(attempts=1, lease_until=NOW + timedelta(days=9999))
    digesting.sweep()
    assert not Snapshot.objects.exists()
    Month.objects.update(lease_until=NOW)
    digesting.sweep()
    assert not Month.objects.pending().exists()


def test_a_base_that_began_this_month_keeps_only_this_one() -> None:
    take([(1, 0, Decimal(5), "")])
    scored(as_of=NOW)
    digesting.sweep()
    assert [one.month for one in Month.objects.all()] == [date(2026, 6, 1)]
