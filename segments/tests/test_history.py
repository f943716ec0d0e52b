"""Who came, who went, and how large a segment was."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import factories as customers
from customers.models import Customer
from segments import history, membership
from segments.factories import buyer, segment
from segments.models import Crossing, DayOfSegment, Segment

pytestmark = pytest.mark.django_db


def counted() -> Segment:
    one = segment()
    membership.refresh(one.pk)
    return one


def test_who_was_there_at_the_first_count_does_not_enter() -> None:
    customers.customer(city="Shanghai")
    counted()
    assert not Crossing.objects.exists()


def test_entering_and_leaving_are_kept_with_their_times() -> None:
    one = counted()
    customer = customers.customer(city="Shanghai")
    membership.refresh(one.pk)
    entered = Crossing.objects.get()
    assert (entered.customer_id, entered.left_at) == (customer.pk, None)
    Customer.objects.update(city="Beijing")
    membership.refresh(one.pk)
    left = Crossing.objects.exits().get()
    assert left.entered_at == entered.entered_at
    assert left.left_at
    assert left.left_at > left.entered_at


def test_a_day_keeps_its_last_size_and_all_who_came_and_went() -> None:
    one = counted()
    for _number in range(2):
        buyer(city="Shanghai", total=50)
        membership.refresh(one.pk)
    day = DayOfSegment.objects.get()
    assert (day.size, day.entered, day.left, int(day.money)) == (2, 2, 0, 100)


def test_followers_read_on_by_number_and_leave_what_may_still_come() -> None:
    one, customer = counted(), customers.customer()
    long_ago = timezone.now() - timedelta(hours=1)
    first, second = (
        Crossing.objects.create(segment=one, customer=customer, entered_at=long_ago) for _n in range(2)
    )
    Crossing.objects.create(segment=one, customer=customer, entered_at=timezone.now())
    assert history.since(0) == [first, second]
    assert history.since(first.pk) == [second]


def test_the_page_lists_who_came_of_those_one_may_see() -> None:
    one, seller, client = counted(), people.user(Role.SALES), Client()
    for name, owner in (("Mine", seller), ("Other", None)):
        customers.customer(name=name, city="Shanghai", owner=owner)
    membership.refresh(one.pk)
    client.force_login(seller)
    page = client.get(f"/segments/{one.pk}/crossings/?which=entered&days=7").content.decode()
    assert "Mine" in page
    assert "Other" not in page
    assert "Mine" not in client.get(f"/segments/{one.pk}/crossings/?which=left").content.decode()


def test_old_crossings_are_forgotten() -> None:
    one, customer = counted(), customers.customer()
    old = timezone.now() - timedelta(days=history.KEPT + 1)
    Crossing.objects.create(segment=one, customer=customer, entered_at=old)
    kept = Crossing.objects.create(segment=one, customer=customer, entered_at=old, left_at=timezone.now())
    history.forget_old()
    assert list(Crossing.objects.all()) == [kept]
