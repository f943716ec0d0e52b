"""A run predicts for everybody once, alone, and as a whole; a worse fit changes nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from crm.lib.errors import Refused
from customers import factories as customers
from customers.models import Customer
from customers.orders.models import Order, Rollup
from segments import leasing
from segments.factories import buyer, predicted, prediction, scored
from segments.predicting import applying, fitting, running, services, statistics
from segments.predicting.history import History
from segments.predicting.models import Model, Prediction, PredictionRun
from segments.predicting.tests.conftest import ZERO

pytestmark = pytest.mark.django_db


def drafts() -> list[str]:
    return [name for name in connection.introspection.table_names() if name.startswith(applying.DRAFTS)]


@pytest.fixture
def shop(cdnow: History) -> None:
    """The customers of CDNOW as ours: their last day is today."""
    shift = timezone.now() - timedelta(days=cdnow.today)
    pks = sorted(set(cdnow.customer.tolist()))
    made = Customer.objects.bulk_create(Customer(name=f"Customer {pk}") for pk in pks)
    of = dict(zip(pks, made, strict=True))
    rows = zip(cdnow.customer.tolist(), cdnow.day.tolist(), cdnow.money.tolist(), strict=True)
    orders = Order.objects.bulk_create(
        Order(
            customer=of[pk],
            source="shop",
            external_id=str(number),
            placed_at=shift + timedelta(days=day),
            amount=round(money, 2),
            currency="CNY",
        )
        for number, (pk, day, money) in enumerate(rows)
    )
    bought: dict[int, list[Order]] = {}
    for one in orders:
        bought.setdefault(one.customer_id, []).append(one)
    Rollup.objects.bulk_create(
        Rollup(
            customer_id=pk,
            orders=len(mine),
            days=len(mine),
            total=sum(one.amount for one in mine),
            first_order_at=mine[0].placed_at,
            last_order_at=mine[-1].placed_at,
        )
        for pk, mine in bought.items()
    )


def test_a_real_shop_is_fitted_checked_and_published(shop: None) -> None:
    run = predicted()
    assert (run.status, run.customers, Prediction.objects.count()) == ("done", 2357, 2357)
    value, lapse = Model.objects.order_by("pk")
    assert (value.method, value.status) == ("bgnbd", "published")
    assert value.fitted_on["repeat_buyers"] > 1000
    orders = value.holdout["orders"]
    assert orders["model"]["rmse"] < min(
        orders[name]["rmse"] for name in ("own_rate", "as_before", "all_alike")
    )
    assert (lapse.method, lapse.status) == ("logistic", "published")
    chances = lapse.holdout["chances"]
    assert chances["model"]["auc"] > chances["recency"]["auc"] > 0.75
    assert chances["model"]["brier"] < chances["recency"]["brier"]
    best = Prediction.objects.order_by("-value").first()
    assert best
    assert best.value
    assert best.value_high
    assert best.value_low is not None
    assert best.lapse_risk
    assert best.value_low < best.value < best.value_high
    assert best.lapse_risk < 50
    assert any(letter.islower() for letter in best.reasons)
    assert not drafts()
    # The night after applies what was fitted.
    assert predicted(fits=False).status == "done"
    assert Model.objects.count() == 2


def test_a_fit_that_got_worse_is_refused_and_the_old_one_goes_on(
    shop: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    predicted()
    kept = fitting.current()
    # Stricter than anything a second fit of the same data could reach.
    monkeypatch.setattr(fitting, "TOLERANCE", 0.9)
    predicted()
    refused = Model.objects.refused().filter(kind="value").first()
    assert refused
    assert refused.why in ("worse", "baseline")
    assert fitting.current() == kept
    assert Prediction.objects.count() == 2357


def test_a_small_base_is_served_by_rule_and_says_so_once() -> None:
    one = buyer(days_ago=20, days=3, total=300, first_days_ago=400)
    never = customers.customer()
    predicted()
    predicted()
    assert list(Model.objects.values_list("method", "status", "why")) == [("rule", "published", "few")] * 2
    found = Prediction.objects.get()
    assert (found.pk, found.lapse_risk, found.value_high) == (one.pk, 30, None)
    assert float(found.value or 0) == pytest.approx(3 / (400 / 365) * 0.7 * 100, abs=1)
    assert never.pk != found.pk


def test_an_empty_base_is_predicted_without_ado() -> None:
    run = predicted()
    assert (run.status, run.customers) == ("done", 0)


def test_readers_see_the_old_predictions_until_all_new_ones_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = buyer()
    prediction(one, value=7)
    run = running.queue(by=None)
    assert run
    # What a full disk does: the last statement of publishing fails after the others have written.
    monkeypatch.setattr(applying, "SUMMARY", "SELECT 1 / 0")
    with pytest.raises(Exception, match="division"):
        running.run(run.pk)
    run.refresh_from_db()
    assert (run.status, run.error) == ("running", "DataError")
    assert Prediction.objects.get().value == 7
    assert not Model.objects.exists()
    assert not drafts()
    monkeypatch.undo()
    running.sweep()
    run.refresh_from_db()
    assert (run.status, run.error) == ("done", "")
    assert Prediction.objects.get().value != 7


def test_a_run_whose_worker_died_is_taken_over() -> None:
    buyer()
    running.queue(by=None)
    gone = {"lease_until": timezone.now() - timedelta(seconds=1), "lease_token": "dead", "attempts": 1}
    PredictionRun.objects.update(status="running", **gone)
    running.sweep()
    assert PredictionRun.objects.get().status == "done"
    assert Prediction.objects.count() == 1


def test_a_worker_that_was_taken_for_dead_publishes_nothing() -> None:
    running.queue(by=None)
    PredictionRun.objects.update(status="running", lease_token="new", lease_until=timezone.now())
    held = leasing.Held(PredictionRun.objects.get(), "old")
    with pytest.raises(leasing.LostLease):
        held.step(5, step=PredictionRun.Step.READING)


def test_a_run_that_fails_three_times_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    running.queue(by=None)
    monkeypatch.setattr(applying, "SUMMARY", "SELECT 1 / 0")
    for _attempt in range(3):
        with pytest.raises(Exception, match="division"):
            running.sweep()
    running.sweep()
    assert PredictionRun.objects.get().status == "failed"


def test_predictions_follow_each_scoring_once() -> None:
    running.sweep()
    assert not PredictionRun.objects.exists()
    scored()
    running.sweep()
    running.sweep()
    assert PredictionRun.objects.get().fits
    scored()
    running.sweep()
    # The models are fresh: they are applied, not fitted again.
    assert list(PredictionRun.objects.order_by("pk").values_list("status", "fits")) == [
        ("done", True),
        ("done", False),
    ]


def test_a_second_start_is_refused_and_the_first_is_written_down() -> None:
    marketer = people.user(Role.MARKETING)
    services.start(by=marketer)
    assert AuditEntry.objects.get(action="predicting.started").actor == marketer
    with pytest.raises(Refused):
        services.start(by=marketer)


def test_who_is_deleted_or_gone_has_no_prediction_any_more() -> None:
    one, other = buyer(), buyer()
    prediction(one)
    Customer.objects.filter(pk=one.pk).update(deleted_at=timezone.now())
    predicted()
    assert list(Prediction.objects.values_list("pk", flat=True)) == [other.pk]


def test_somebody_joined_meanwhile_does_not_stop_publishing(monkeypatch: pytest.MonkeyPatch) -> None:
    one = buyer()
    ids, known, engagement = statistics.everybody(timezone.now())
    columns: dict[str, Any] = applying.predict(fitting.current(), ids, known, engagement)
    with applying.draft("twice", columns) as table:
        applying.publish(table)
        applying.publish(table)
    assert Prediction.objects.get().pk == one.pk
    assert ZERO.year == statistics.EPOCH.year
