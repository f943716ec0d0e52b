"""Scores: each rule with a customer for whom only that rule takes points."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels.consent import suppression
from channels.consent.models import Suppression
from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers import factories
from customers.models import Customer
from customers.privacy.models import Protection
from customers.quality import assessing, rules, running, services, summary
from customers.quality.models import Assessment, Quality, Refresh
from customers.quality.rules import Dimension
from segments import facts

pytestmark = pytest.mark.django_db
WHOLE = {
    "name": "Li Ming",
    "phone": "+8613900000001",
    "email": "li@example.com",
    "city": "上海",
    "address": "1 Nanjing Road",
    "language": "zh-hans",
    "country": "CN",
    "birthday": date(1990, 1, 1),
}


def problems(**fields: Any) -> list[str]:
    found = assessing.now(factories.customer(**{**WHOLE, **fields}))
    assert found
    return list(found.problems)


def test_everything_known_right_and_fresh_is_a_hundred() -> None:
    found = assessing.now(factories.customer(**WHOLE))
    assert found == assessing.Assessed(100, 100, 100, 100, [])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"phone": ""}, "no_phone"),
        ({"email": ""}, "no_email"),
        ({"city": ""}, "no_city"),
        ({"address": ""}, "no_address"),
        ({"language": ""}, "no_language"),
        ({"birthday": None}, "no_birthday"),
        ({"email": "li at example"}, "bad_email"),
        ({"phone": "13900000001"}, "bad_phone"),
        ({"name": "测试客户"}, "odd_name"),
        ({"name": "12345"}, "odd_name"),
        ({"name": "???"}, "odd_name"),
        ({"birthday": date(2090, 1, 1)}, "odd_birthday"),
        ({"birthday": date(1850, 1, 1)}, "odd_birthday"),
        ({"country": "DE"}, "elsewhere"),
    ],
)
def test_each_rule_alone(fields: dict[str, Any], code: str) -> None:
    assert problems(**fields) == [code]


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Tess Terson"},
        {"country": ""},
        {"country": "XX"},
        {"country": "CA", "phone": "+12025550123"},
        {"kind": "organisation", "birthday": None},
        {"email": "an@例子.中国"},
    ],
)
def test_what_looks_odd_but_is_right(fields: dict[str, Any]) -> None:
    assert problems(**fields) == []


def test_points_are_those_the_rules_say() -> None:
    for code, field in (("no_phone", "phone"), ("no_city", "city")):
        found, rule = assessing.now(factories.customer(**{**WHOLE, field: ""})), rules.find(code)
        assert found
        assert rule
        assert found.completeness == 100 - rule.points
        assert found.score == round(100 - 0.5 * rule.points + 0.001)


def test_completeness_can_be_lost_altogether_but_not_more() -> None:
    taken = sum(rule.points for rule in rules.all_rules() if rule.dimension is Dimension.COMPLETENESS)
    assert taken == 100
    found = assessing.now(factories.customer(name="x", touched_at=timezone.now() - timedelta(days=5000)))
    assert found
    assert (found.completeness, found.timeliness) == (0, 0)


def test_an_address_from_which_mail_came_back_is_not_right() -> None:
    suppression.suppress("email", "li@example.com", Suppression.Reason.BOUNCE)
    suppression.suppress("email", "other@example.com", Suppression.Reason.UNSUBSCRIBED)
    assert problems() == ["dead_email"]
    assert problems(email="other@example.com") == []


def test_a_confirmation_makes_old_data_fresh_again() -> None:
    old = timezone.now() - timedelta(days=700)
    one = factories.customer(**WHOLE, touched_at=old)
    before = assessing.now(one)
    Refresh.objects.create(customer=one, expires_at=old, status="answered", answered_at=timezone.now())
    after = assessing.now(one)
    assert before
    assert after
    assert before.problems == ["stale"]
    assert before.timeliness < 50
    assert (after.timeliness, after.problems) == (100, [])


def test_erased_and_deleted_customers_are_not_assessed() -> None:
    erased, deleted = factories.customer(), factories.customer(deleted_at=timezone.now())
    Protection.objects.create(customer=erased, erased_at=timezone.now())
    assert assessing.now(erased) is None
    assert assessing.now(deleted) is None


def test_a_run_scores_everybody_in_chunks_and_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 2)
    for _ in range(5):
        factories.customer(**WHOLE)
    gone = factories.customer()
    run = running.queue(by=None)
    assert run
    running.run(run.pk)
    assert Quality.objects.count() == 6
    Customer.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    again = running.queue(by=None)
    assert again
    running.run(again.pk)
    again.refresh_from_db()
    found = summary.Summary.from_json(again.summary)
    assert (found.customers, found.tenths[9], found.means["score"]) == (5, 5, 100)


def test_a_run_that_a_crash_left_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 1)
    for _ in range(3):
        factories.customer()
    run = running.queue(by=None)
    assert run
    running.run(run.pk, seconds=0)
    assert Quality.objects.count() == 1
    running.sweep()
    run.refresh_from_db()
    assert run.finished_at
    assert Quality.objects.count() == 3


def test_two_runs_at_once_are_one() -> None:
    assert running.queue(by=None)
    assert running.queue(by=None) is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.create()


def test_what_did_not_change_is_not_written_again() -> None:
    factories.customer(**WHOLE)
    everybody = Customer.objects.all()
    assessing.keep(everybody, timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin FROM quality_quality")
        first = cursor.fetchall()
        assessing.keep(everybody, timezone.now())
        cursor.execute("SELECT xmin FROM quality_quality")
        assert cursor.fetchall() == first


def test_a_colleagues_summary_holds_only_what_they_may_see() -> None:
    seller = people.user(Role.SALES)
    mine = factories.customer(**WHOLE, owner=seller)
    factories.customer()
    assessing.keep(Customer.objects.all(), timezone.now())
    found = summary.seen_by(seller)
    assert (found.customers, found.owners) == (1, {str(seller.pk): [1, 100.0, 0]})
    assert Quality.objects.visible_to(seller).get().customer == mine


@pytest.mark.parametrize(
    ("key", "operator", "value", "found"),
    [
        ("quality.score", "at_least", 90, 1),
        ("quality.score", "at_most", 50, 1),
        ("quality.problem", "any_of", ("no_email", "bad_email"), 1),
        ("quality.completeness", "between", (0, 100), 2),
    ],
)
def test_rules_of_segments_can_ask_for_it(key: str, operator: str, value: Any, found: int) -> None:
    factories.customer(**WHOLE)
    factories.customer(name="x")
    assessing.keep(Customer.objects.all(), timezone.now())
    factories.customer(name="not assessed yet")
    fact = facts.find(key)
    assert fact
    condition = fact.build(facts.Test(operator, value, timezone.now()))
    assert Customer.objects.filter(condition).count() == found
    assert Customer.objects.filter(~condition).count() == 3 - found


def test_one_customers_score_costs_one_query() -> None:
    one = factories.customer()
    with CaptureQueriesContext(connection) as queries:
        assessing.now(one)
    assert len(queries) == 1


def test_starting_is_refused_while_one_runs() -> None:
    operator = people.user(Role.OPERATIONS)
    services.start(by=operator)
    with pytest.raises(Refused):
        services.start(by=operator)
