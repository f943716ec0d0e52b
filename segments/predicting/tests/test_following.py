"""Who orders between two nights is scored and predicted within seconds, by the cut-offs of the last night."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from customers.factories import order
from customers.models import Customer
from customers.orders import rollups
from customers.orders.models import Order, Rollup, Stale
from segments.factories import buyer, predicted, scored
from segments.predicting import applying, following
from segments.predicting.models import Prediction
from segments.scoring import publishing, running
from segments.scoring.models import Policy, Score, ScoringRun
from segments.scoring.ruling import Rules

pytestmark = pytest.mark.django_db


def buys(customer: Customer, *, amount: int = 100, **fields: object) -> Order:
    made = order(customer, amount=amount, **fields)
    add_up(customer)
    return made


def add_up(customer: Customer) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE IF NOT EXISTS told (customer_id bigint)")
        cursor.execute("TRUNCATE told")
        cursor.execute("INSERT INTO told VALUES (%s)", [customer.pk])
        rollups.refresh(cursor, "told")


@pytest.fixture
def base() -> list[Customer]:
    """Five customers with real orders, scored and predicted."""
    people = [buyer() for _number in range(5)]
    for place, one in enumerate(people):
        for back in range(place + 1):
            order(
                one,
                amount=50 * (place + 1),
                placed_at=timezone.now() - timedelta(days=400 - 70 * place - back),
            )
        add_up(one)
    scored()
    predicted()
    return people


def test_a_new_order_is_followed_at_once(base: list[Customer]) -> None:
    first, others = base[0], Score.objects.exclude(pk=base[0].pk)
    before = list(others.order_by("pk").values())
    was = Prediction.objects.get(pk=first.pk)
    buys(first, amount=900)
    assert following.follow() == 1
    score = Score.objects.get(pk=first.pk)
    assert (score.recency, score.monetary, score.previous_group) == (5, 5, "lost")
    now = Prediction.objects.get(pk=first.pk)
    assert (now.lapse_risk or 0) < (was.lapse_risk or 0)
    assert now.spent == 900
    assert now.recent == 1
    assert list(others.order_by("pk").values()) == before
    assert Prediction.objects.count() == 5
    assert not Stale.objects.exists()
    assert following.follow() == 0


@pytest.mark.parametrize("rules", [{}, {"window": 12, "by_category": True, "won_back_for": 90}])
def test_predictions_come_out_as_everybodys_would(rules: dict[str, object]) -> None:
    people = [buyer() for _number in range(3)]
    if rules:
        Policy.objects.create(number=1, rules=Rules().to_json() | rules)
    for place, one in enumerate(people):
        buys(one, placed_at=timezone.now() - timedelta(days=30 * place))
    scored()
    predicted()
    buys(people[2], amount=10)
    following.follow()
    few = list(Prediction.objects.order_by("pk").values())
    predicted()
    assert few == list(Prediction.objects.order_by("pk").values())


def test_an_order_taken_back_is_followed_too(base: list[Customer]) -> None:
    one = base[0]
    Order.objects.filter(customer=one).update(status="cancelled")
    add_up(one)
    following.follow()
    assert not Score.objects.filter(pk=one.pk).exists()
    assert not Prediction.objects.filter(pk=one.pk).exists()


def test_who_is_new_without_an_order_is_nothing_to_follow() -> None:
    one = buyer()
    Rollup.objects.filter(customer=one).delete()
    add_up(one)
    assert not Stale.objects.exists()


def test_everybody_is_scored_before_anybody_is_followed(base: list[Customer]) -> None:
    buys(base[0])
    waiting = running.queue(by=None)
    assert waiting
    assert following.follow() == 0
    running.run(waiting.pk)
    assert not Stale.objects.exists()


def test_a_flood_asks_for_everybody(base: list[Customer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "TOO_MANY", 1)
    for one in base[:2]:
        buys(one)
    assert following.follow() == 0
    assert ScoringRun.objects.unfinished().exists()


def test_features_above_hear_that_it_is_a_part(base: list[Customer], monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[publishing.News] = []
    monkeypatch.setitem(publishing._listeners, "test", heard.append)
    buys(base[0])
    following.follow()
    assert [one.is_part for one in heard] == [True]


def test_a_crash_leaves_the_order_to_the_next_sweep(
    base: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    buys(base[0])
    monkeypatch.setattr(applying, "INSERT", "SELECT 1 / 0")
    with pytest.raises(DatabaseError), transaction.atomic():
        following.follow()
    assert Stale.objects.exists()
    monkeypatch.undo()
    assert following.follow() == 1
