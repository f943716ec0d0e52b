"""Customers who change move in and out of segments without anybody counting everybody."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from customers import factories as customers
from customers.models import Customer
from segments import following, membership
from segments.factories import buyer, segment
from segments.models import MEMBER, Crossing, Followed, Membership, Segment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _from_here_on() -> None:
    following.follow()


def members(of: Segment) -> set[int]:
    return set(Membership.objects.filter(segment=of).values_list("customer", flat=True))


def counted(**fields: Any) -> Segment:
    one = segment(**fields)
    membership.refresh(one.pk)
    return one


def test_who_changes_enters_and_leaves() -> None:
    leaves, enters = buyer(city="Shanghai", total=50), buyer(city="Beijing", total=30)
    one = counted()
    Customer.objects.filter(pk=leaves.pk).update(city="Beijing")
    Customer.objects.filter(pk=enters.pk).update(city="Shanghai")
    following.follow()
    one.refresh_from_db()
    assert (members(one), one.size, int(one.summary["money"])) == ({enters.pk}, 1, 30)
    assert (Crossing.objects.entries().count(), Crossing.objects.exits().count()) == (1, 1)


def test_written_by_sql_is_noticed_too() -> None:
    rich = buyer(total=0)
    one = counted(rule={"match": "all", "rules": [{"fact": "orders.total", "op": "at_least", "value": "99"}]})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_rollup SET total = 100 WHERE customer_id = %s", [rich.pk])
    following.follow()
    assert members(one) == {rich.pk}


def test_deleted_customers_leave_even_where_a_rule_says_not() -> None:
    gone = customers.customer(city="Beijing")
    one = counted(rule={"match": "none", "rules": segment().rule["rules"]})
    assert members(one) == {gone.pk}
    Customer.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    following.follow()
    assert members(one) == set()


def test_segments_that_build_on_others_follow_them() -> None:
    base = counted()
    top = counted(rule={"match": "all", "rules": [{"fact": MEMBER, "op": "any_of", "value": [base.pk]}]})
    came = customers.customer(city="Shanghai")
    following.follow()
    assert members(top) == {came.pk}


def test_while_somebody_counts_it_waits_and_forgets_nothing() -> None:
    one, other = counted(), counted()
    came = customers.customer(city="Shanghai")
    marks = Followed.objects.get().marks
    Segment.objects.filter(pk=other.pk).update(lease_until=timezone.now() + timedelta(minutes=1))
    following.follow()
    assert (members(one), Followed.objects.get().marks) == (set(), marks)
    Segment.objects.update(lease_until=None)
    following.follow()
    assert members(one) == members(other) == {came.pk}


def test_when_very_many_changed_everybody_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "ALWAYS", 0)
    one = counted()
    customers.customer(city="Shanghai")
    following.follow()
    one.refresh_from_db()
    assert one.is_being_counted


def test_two_do_not_follow_at_once() -> None:
    customers.customer()
    Followed.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    assert following.follow() == 0


def test_a_rule_that_was_edited_is_left_to_the_count_that_follows() -> None:
    one = counted()
    customers.customer(city="Shanghai")
    one.save()
    following.follow()
    assert members(one) == set()
