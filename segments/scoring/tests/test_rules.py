"""Rules other than the built-in ones, against an oracle that reads every order."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Customer
from customers.orders.models import Rollup
from segments.factories import scored
from segments.scoring import ground, rfm
from segments.scoring.models import Policy, Score
from segments.scoring.ruling import Method, Rules
from segments.scoring.tests import order_oracle
from segments.scoring.tests.ordering import NOW, take

pytestmark = pytest.mark.django_db
BANDS = Rules(
    method=Method.BANDS,
    recency=(400, 200, 91, 31),
    frequency=(1, 2, 4, 7),
    monetary=(Decimal(100), Decimal("500.50"), Decimal(1000), Decimal(5000)),
)


def in_force(rules: Rules) -> None:
    Policy.objects.create(number=Policy.objects.count() + 1, rules=rules.to_json())


def published() -> dict[int, order_oracle.Scored]:
    rows = Score.objects.values_list("pk", "recency", "frequency", "monetary", "group", "stage")
    return {pk: (r, f, m, group, stage) for pk, r, f, m, group, stage in rows}


def test_whoever_orders_again_after_a_long_break_is_won_back_for_some_time() -> None:
    take(
        [
            (1, 500, Decimal(10), ""),
            (1, 30, Decimal(10), ""),
            (2, 500, Decimal(10), ""),
            (2, 135, Decimal(5), ""),
        ]
    )
    take([(3, 395, Decimal(10), ""), (3, 30, Decimal(10), "")])
    scored(as_of=NOW)
    stages = [stage for *_rest, stage in (published()[pk] for pk in sorted(published()))]
    # The second came back too long ago, the third was never dormant: 365 days are not more than 365.
    assert stages == ["won_back", "active", "active"]


def test_being_won_back_can_be_left_out() -> None:
    take([(1, 500, Decimal(10), ""), (1, 30, Decimal(10), "")])
    in_force(Rules(won_back_for=0))
    scored(as_of=NOW)
    assert Score.objects.get().stage == "active"


def test_a_category_with_a_cycle_has_thresholds_of_its_own() -> None:
    """Coffee is bought every ten days here: after four times that, one is at risk, others are not."""
    coffee = [(who, 45.0 + 10 * n, Decimal(30), "Coffee") for who in range(1, 8) for n in range(4)]
    machine = [(9, 45.0, Decimal(900), "Machine"), (9, 245.0, Decimal(900), "Machine")]
    bought = take([*coffee, *machine])
    rules = Rules(by_category=True, risk_times=Decimal(4), dormant_times=Decimal(6), lost_times=Decimal(9))
    in_force(rules)
    run = scored(as_of=NOW)
    assert run.params["cycles"] == {"Coffee": 10}
    assert published() == order_oracle.scores(bought, rules, NOW)
    assert set(Score.objects.values_list("stage", flat=True)) == {"risk", "active"}


def test_a_window_counts_only_what_lies_in_it_and_keeps_everybody() -> None:
    bought = take([(1, 400, Decimal(900), ""), (1, 20, Decimal(10), ""), (2, 700, Decimal(50), "")])
    rules = Rules(window=12)
    in_force(rules)
    scored(as_of=NOW)
    assert published() == order_oracle.scores(bought, rules, NOW)
    assert Score.objects.count() == 2


@pytest.mark.parametrize(
    "rules",
    [
        Rules(),
        Rules(window=6),
        BANDS,
        Rules(by_category=True),
        Rules(window=3, by_category=True, won_back_for=200),
    ],
    ids=["built-in", "window", "bands", "cycles", "all"],
)
def test_a_mixed_base_scores_as_the_oracle_says(rules: Rules) -> None:
    chance = random.Random(11)
    ages = [0, 1, 5, 30, 31, 90, 179, 180, 181, 250, 366, 500, 640, 731, 900]
    orders = [
        (who, chance.choice(ages) + chance.random(), Decimal(chance.choice([5, 99, 100, 501])), category)
        for who in range(150)
        for category in chance.choices(
            ["Coffee", "Tea", "Machine", ""], [9, 6, 2, 1], k=chance.choice([1, 1, 2, 3, 6])
        )
    ]
    bought = take(orders)
    in_force(rules)
    scored(as_of=NOW)
    assert published() == order_oracle.scores(bought, rules, NOW)
    assert past(rules) == published()


def past(rules: Rules) -> dict[int, order_oracle.Scored]:
    """The same moment, added up from the orders instead of the rollup, which is emptied."""
    Rollup.objects.update(orders=0, days=0, total=0, first_order_at=None, last_order_at=None)
    with ground.prepared("scoring_draft_test", rules, NOW, past=True) as found:
        cutoffs = rfm.find_cutoffs(found, rules, NOW)
        with (
            rfm.draft("scoring_draft_test", found, cutoffs, rules, NOW) as table,
            connection.cursor() as cursor,
        ):
            cursor.execute(f'SELECT customer_id, recency, frequency, monetary, "group", stage FROM {table}')
            return {pk: (r, f, m, group, stage) for pk, r, f, m, group, stage in cursor.fetchall()}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bands=st.tuples(
        *(st.lists(st.integers(0, 60), min_size=4, max_size=4, unique=True) for _number in range(3))
    ),
    base=st.lists(st.tuples(st.integers(-1, 70), st.integers(1, 70), st.integers(0, 70)), max_size=25),
)
def test_fixed_bands_give_the_score_they_say(
    bands: tuple[list[int], list[int], list[int]], base: list[tuple[int, int, int]]
) -> None:
    """Equal values have equal scores, on both sides of every cut-off; more is never scored lower."""
    Customer.objects.all().delete()
    rules = Rules(
        method=Method.BANDS,
        recency=tuple(sorted(bands[0], reverse=True)),
        frequency=tuple(sorted(bands[1])),
        monetary=tuple(map(Decimal, sorted(bands[2]))),
    )
    made = Customer.objects.bulk_create(Customer(name="One") for _one in base)
    Rollup.objects.bulk_create(
        Rollup(customer=one, orders=days, days=days, total=total, first_order_at=at, last_order_at=at)
        for one, (ago, days, total) in zip(made, base, strict=True)
        for at in [NOW - timedelta(days=ago)]
    )
    in_force(rules)
    scored(as_of=NOW)
    assert {pk: row[:3] for pk, row in published().items()} == {
        one.pk: (
            1 + sum(max(0, ago) < cut for cut in rules.recency),
            1 + sum(days > cut for cut in rules.frequency),
            1 + sum(total > cut for cut in rules.monetary),
        )
        for one, (ago, days, total) in zip(made, base, strict=True)
    }
