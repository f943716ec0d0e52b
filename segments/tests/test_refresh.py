"""The stored members are what the rule finds, renewed as a whole."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from channels import factories as channels
from crm.accounts import factories as people
from crm.audit.models import AuditEntry
from crm.lib.errors import Refused
from customers import factories as customers
from customers.models import Customer
from segments import membership, services, tasks
from segments.factories import IN_SHANGHAI, buyer, score, scored, segment
from segments.models import Membership, Segment

pytestmark = pytest.mark.django_db

EVERYBODY = {"match": "all", "rules": [{"fact": "profile.created", "op": "within", "value": 36500}]}
FEWER_THAN_NO_ORDERS = {"match": "all", "rules": [{"fact": "orders.orders", "op": "at_most", "value": -1}]}


def members(of: Segment) -> set[int]:
    return set(Membership.objects.filter(segment=of).values_list("customer", flat=True))


def test_members_enter_and_leave() -> None:
    stays = customers.customer(city="Shanghai")
    leaves = customers.customer(city="Shanghai")
    one = segment()
    membership.refresh(one.pk)
    since = Membership.objects.get(customer=stays).entered_at
    Customer.objects.filter(pk=leaves.pk).update(city="Beijing")
    enters = customers.customer(city="Shanghai")
    membership.refresh(one.pk)
    one.refresh_from_db()
    assert members(one) == {stays.pk, enters.pk}
    assert Membership.objects.get(customer=stays).entered_at == since
    assert (one.size, one.summary["entered"], one.summary["left"]) == (2, 1, 1)


def test_the_summary_is_what_the_members_add_up_to() -> None:
    score(buyer(city="Shanghai", total=100), group="champion")
    score(buyer(city="Shanghai", total=50), group="lost")
    customers.customer(city="Shanghai")
    one = segment()
    membership.refresh(one.pk)
    one.refresh_from_db()
    assert Decimal(one.summary["money"]) == 150
    assert {group: row[0] for group, row in one.summary["groups"].items()} == {
        "champion": 1,
        "lost": 1,
        "": 1,
    }


def test_a_rule_that_nobody_can_match_has_no_members() -> None:
    buyer()
    one = segment(rule=FEWER_THAN_NO_ORDERS)
    membership.refresh(one.pk)
    one.refresh_from_db()
    assert (one.size, members(one)) == (0, set())


def test_a_rule_that_nobody_can_fail_has_everybody() -> None:
    buyer()
    one = segment(rule={"match": "none", "rules": FEWER_THAN_NO_ORDERS["rules"]})
    membership.refresh(one.pk)
    assert len(members(one)) == 1


def test_saving_counts_in_the_background(django_capture_on_commit_callbacks: object) -> None:
    customers.customer(city="Shanghai")
    one = Segment(name="Shanghai")
    marketer = people.user()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        services.save(one, IN_SHANGHAI, by=marketer)
    one.refresh_from_db()
    assert (one.size, one.created_by, one.is_being_counted) == (1, marketer, False)
    assert AuditEntry.objects.get().action == "segment.created"


def test_a_segment_that_somebody_counts_is_left_alone() -> None:
    one = segment(lease_until=timezone.now() + timedelta(minutes=1))
    membership.refresh(one.pk)
    one.refresh_from_db()
    assert one.size is None


def test_a_counting_that_died_is_taken_over() -> None:
    one = segment(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.sweep()
    one.refresh_from_db()
    assert one.size == 0


def test_the_sweep_counts_what_is_out_of_date_and_nothing_else() -> None:
    def recount() -> bool:
        before = Segment.objects.get().refreshed_at
        tasks.sweep()
        return Segment.objects.get().refreshed_at != before

    one = segment()
    assert recount()
    assert not recount()
    one.save()
    assert recount()
    scored()
    assert recount()
    Segment.objects.update(updated_at=timezone.now() - timedelta(days=9))
    Segment.objects.update(refreshed_at=timezone.now() - timedelta(hours=26))
    assert recount()
    assert not recount()


def test_a_rule_that_can_no_longer_be_asked_keeps_its_members_and_says_so() -> None:
    customers.customer(city="Shanghai")
    one = segment()
    membership.refresh(one.pk)
    Segment.objects.update(rule={"match": "all", "rules": [{"fact": "gone.fact", "op": "is"}]})
    membership.refresh(one.pk)
    one.refresh_from_db()
    assert one.error
    assert len(members(one)) == 1


def test_deleted_customers_leave() -> None:
    gone = customers.customer(city="Shanghai")
    one = segment()
    membership.refresh(one.pk)
    Customer.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    membership.refresh(one.pk)
    assert members(one) == set()


def test_refreshing_leaves_nothing_behind() -> None:
    membership.refresh(segment().pk)
    assert "segment_members" not in connection.introspection.table_names()


def test_a_segment_used_by_a_campaign_stays() -> None:
    one = segment()
    channels.campaign(segment=one)
    with pytest.raises(Refused):
        services.delete(one, by=people.user())
    assert Segment.objects.filter(pk=one.pk).exists()


def test_a_deleted_segment_takes_its_memberships_along() -> None:
    customers.customer(city="Shanghai")
    one = segment()
    membership.refresh(one.pk)
    services.delete(one, by=people.user())
    assert not Membership.objects.exists()
    assert AuditEntry.objects.get().action == "segment.deleted"


def test_a_name_taken_in_the_meantime_is_refused() -> None:
    segment(name="Twice")
    with pytest.raises(Refused):
        services.save(Segment(name="Twice"), IN_SHANGHAI, by=people.user())


def test_everybody_is_a_rule_too() -> None:
    customers.customer()
    one = segment(rule=EVERYBODY)
    membership.refresh(one.pk)
    assert len(members(one)) == 1
