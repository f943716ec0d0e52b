"""What each scoring leaves behind: moves, the beginning of a month, alerts."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from crm.accounts.models import User
from customers.models import Customer
from customers.orders.models import Rollup
from segments.factories import buyer, scored
from segments.facts import start_of
from segments.membership import refresh
from segments.models import Segment
from segments.movement import alerting, digesting, services
from segments.movement.models import Change, Kind, Month, Snapshot
from segments.scoring.models import Policy, Score
from segments.scoring.ruling import Rules
from segments.scoring.tests.ordering import NOW

pytestmark = pytest.mark.django_db


def aged(customer: Customer, days: int, now: datetime = NOW) -> None:
    """Their last order moves into the past."""
    last = now - timedelta(days=days)
    Rollup.objects.filter(pk=customer.pk).update(last_order_at=last, first_order_at=last)


def started(now: datetime = NOW) -> None:
    """A base with a first scoring and its month."""
    scored(as_of=now - timedelta(days=2))
    Month.objects.all().delete()
    Month.objects.create(month=now.date().replace(day=1), as_of=now - timedelta(days=2), taken_at=now)


def stages(**filters: Any) -> list[tuple[str, str, str]]:
    rows = Change.objects.filter(kind="stage", **filters).order_by("customer_id", "at")
    return [(one.before, one.after, one.cause) for one in rows]


def test_a_scoring_notes_who_moved_and_why() -> None:
    quiet, back = buyer(days_ago=10, days=4, now=NOW), buyer(days_ago=400, now=NOW)
    started()
    aged(quiet, 200)
    Rollup.objects.filter(pk=back.pk).update(last_order_at=NOW - timedelta(days=1))
    run = scored(as_of=NOW)
    assert stages() == [("loyal", "risk", "time"), ("dormant", "active", "order")]
    change = Change.objects.get(customer=quiet, kind="stage")
    assert (change.at, change.run_id, change.total) == (run.as_of, run.pk, Decimal(100))
    score = Score.objects.get(pk=quiet.pk)
    assert (score.previous_stage, score.stage_since) == ("loyal", run.as_of)


def test_a_first_purchase_is_a_move_from_nowhere() -> None:
    buyer(now=NOW)
    started()
    fresh = buyer(days_ago=1, now=NOW)
    scored(as_of=NOW)
    assert stages(customer=fresh) == [("", "new", "order")]


def test_who_moves_because_the_rules_changed_alarms_nobody() -> None:
    one = buyer(days_ago=100, days=4, now=NOW)
    started()
    Policy.objects.create(number=1, rules=Rules(risk_after=90).to_json())
    scored(as_of=NOW)
    assert stages() == [("loyal", "risk", "rules")]
    assert Score.objects.get(pk=one.pk).previous_stage == ""
    assert alerting.find(Score.objects.all(), NOW) == []


def test_scoring_again_notes_nothing() -> None:
    buyer(now=NOW)
    started()
    scored(as_of=NOW)
    assert not Change.objects.exists()


def test_the_first_scoring_of_a_month_keeps_it_and_later_ones_do_not() -> None:
    one = buyer(days_ago=10, days=4, now=NOW)
    started()
    aged(one, 200)
    july = NOW + timedelta(days=31)
    scored(as_of=july)
    Rollup.objects.filter(pk=one.pk).update(last_order_at=july)
    scored(as_of=july + timedelta(days=1))
    kept = Snapshot.objects.get(month=date(2026, 7, 1))
    assert (kept.customer_id, kept.stage) == (one.pk, "risk")
    digesting.sweep()
    assert [(one.month.month, one.flows) for one in Month.objects.order_by("month")] == [
        (6, {}),
        (7, {"group": [["", "lost", 1, "100.00"]], "stage": [["", "risk", 1, "100.00"]]}),
    ]


def test_months_in_which_nobody_scored_wait_for_the_sweep() -> None:
    buyer(now=NOW)
    started()
    scored(as_of=NOW + timedelta(days=92))
    assert [one.month.month for one in Month.objects.pending().order_by("month")] == [7, 8]
    assert Month.objects.get(month="2026-08-01").as_of == start_of(date(2026, 8, 1))
    digesting.sweep()
    assert not Month.objects.pending().exists()


def slipped(number: int) -> list[Customer]:
    """Today: alerts look back from now."""
    now = timezone.now()
    made = [buyer(days_ago=10, days=4, total=500, now=now) for _number in range(number)]
    started(now)
    for one in made:
        aged(one, 200, now)
    scored(as_of=now)
    digesting.sweep()
    return made


def of_stages(user: User) -> list[alerting.Alert]:
    return [one for one in alerting.seen_by(user) if one.kind == Kind.STAGE]


def test_an_alert_says_how_many_slipped_and_makes_a_segment_of_them(marketer: User) -> None:
    made = slipped(6)
    [alert] = of_stages(marketer)
    assert (alert.before, alert.after, alert.customers, alert.money) == ("loyal", "risk", 6, Decimal(3000))
    segment = services.make_segment(alert, by=marketer)
    refresh(segment.pk)
    members = Segment.objects.get(pk=segment.pk).memberships.values_list("customer_id", flat=True)
    assert set(members) == {one.pk for one in made}
    assert services.make_segment(alert, by=marketer) == segment


def test_too_few_or_too_little_money_is_no_alert(marketer: User) -> None:
    slipped(4)
    assert alerting.seen_by(marketer) == []
    services.watch(1, Decimal(2000), by=marketer)
    assert [one.customers for one in of_stages(marketer)] == [4]
    services.watch(1, Decimal("2000.01"), by=marketer)
    assert alerting.seen_by(marketer) == []


def test_who_came_back_since_is_not_counted(marketer: User) -> None:
    made = slipped(6)
    Rollup.objects.filter(pk=made[0].pk).update(last_order_at=timezone.now())
    scored()
    digesting.sweep()
    assert [one.customers for one in of_stages(marketer)] == [5]


def test_a_colleague_hears_of_the_own_customers_only(seller: User) -> None:
    made = slipped(8)
    assert alerting.seen_by(seller) == []
    Customer.objects.filter(pk__in=[one.pk for one in made[:5]]).update(owner=seller)
    cache.clear()
    assert [one.customers for one in of_stages(seller)] == [5]
