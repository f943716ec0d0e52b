"""Who is told what."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.desk.notices import mailing, services, telling
from crm.desk.notices.models import Follow, Notice, Wishes
from customers import factories
from customers import services as customers
from customers.models import Customer
from customers.timeline import services as timeline
from customers.touches import services as touches

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Customer:
    return factories.customer()


def reasons(user: User) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("reason", flat=True))


def test_followers_hear_of_touches_but_not_of_their_own(made: Customer, operator: User, seller: User) -> None:
    for user in (operator, seller):
        services.follow(made, by=user)

    touches.note(made, "Called back", by=operator)

    assert reasons(seller) == ["followed"]
    assert reasons(operator) == []


def test_who_is_mentioned_is_told_once_and_why(made: Customer, operator: User) -> None:
    lin = people.user(Role.OPERATIONS, name="Lin Yue")
    services.follow(made, by=lin)

    touches.note(made, "@Lin Yue please", by=operator)

    assert reasons(lin) == ["mention"]


def test_a_mention_added_later_is_told(made: Customer, operator: User) -> None:
    lin = people.user(Role.OPERATIONS, name="Lin Yue")
    note = touches.note(made, "Please", by=operator)
    assert note

    touches.correct(note, "Please, @Lin Yue", by=operator)

    assert reasons(lin) == ["mention"]


def test_the_new_owner_is_told(made: Customer, operator: User, seller: User) -> None:
    timeline.record_all([made.pk], "customer.assigned", by=operator, owner=seller.pk)
    other = people.user(Role.SALES)
    customers.update(made, {"owner": other}, version=made.version, by=operator)

    assert reasons(seller) == ["assigned"]
    assert reasons(other) == ["assigned"]


def test_wishes_are_heeded(made: Customer, operator: User, seller: User) -> None:
    services.follow(made, by=seller)
    Wishes.objects.create(user=seller, touches=False, changes=True)

    touches.note(made, "Hello", by=operator)
    timeline.record_all([made.pk], "customer.tagged", by=operator, tags=["VIP"])

    told = Notice.objects.filter(user=seller).values_list("entry__kind", flat=True)
    assert list(told) == ["customer.tagged"]


def test_what_bulk_work_wrote_is_found_by_the_sweep_once(made: Customer, seller: User) -> None:
    Follow.objects.create(user=seller, customer=made, since=timezone.now() - timedelta(days=9))
    factories.entry(made)
    factories.entry(made, occurred_at=timezone.now() - timedelta(days=3))
    factories.entry(factories.customer())

    assert (telling.sweep(), telling.sweep()) == (1, 0)


def test_what_was_before_one_followed_is_no_news(made: Customer, seller: User) -> None:
    factories.entry(made, occurred_at=timezone.now() - timedelta(minutes=1))
    services.follow(made, by=seller)

    assert telling.sweep() == 0


def test_colleagues_who_left_are_told_nothing(made: Customer, operator: User) -> None:
    gone = people.user(Role.OPERATIONS, is_active=False)
    services.follow(made, by=gone)

    touches.note(made, "Hello", by=operator)

    assert reasons(gone) == []


def test_whoever_lost_sight_of_the_customer_sees_no_notice(
    made: Customer, operator: User, seller: User
) -> None:
    Customer.objects.filter(pk=made.pk).update(owner=seller)
    services.follow(made, by=seller)
    touches.note(made, "Hello", by=operator)
    assert telling.unread(seller) == 1

    Customer.objects.filter(pk=made.pk).update(owner=operator)
    cache.clear()
    assert telling.unread(seller) == 0


def test_the_rule_itself(made: Customer, seller: User) -> None:
    entry = factories.entry(made)
    Notice.objects.create(user=seller, customer=made, entry=entry, reason="followed")
    with pytest.raises(IntegrityError, match="notice_is_given_once"), transaction.atomic():
        Notice.objects.create(user=seller, customer=made, entry=entry, reason="mention")
    services.follow(made, by=seller)
    services.follow(made, by=seller)
    assert Follow.objects.count() == 1


def test_telling_costs_one_query_however_many_follow(made: Customer, django_assert_num_queries: Any) -> None:
    for _number in range(5):
        services.follow(made, by=people.user(Role.OPERATIONS))
    entry = factories.entry(made)

    with django_assert_num_queries(1):
        telling.on_recorded(None, [entry])

    assert Notice.objects.count() == 5


def test_a_mail_says_only_that_something_waits(made: Customer, operator: User, seller: User) -> None:
    Customer.objects.filter(pk=made.pk).update(name="王小明")
    services.follow(made, by=seller)
    Wishes.objects.create(user=seller, by_email=True)
    touches.note(made, "Secret", by=operator)

    assert (mailing.sweep(), mailing.sweep()) == (1, 0)
    touches.note(made, "More", by=operator)
    assert mailing.sweep() == 0  # at most once an hour

    (sent,) = mail.outbox
    assert sent.to == [seller.email]
    assert "王小明" not in sent.subject + str(sent.body)
    assert "Secret" not in str(sent.body)


def test_recording_twice_tells_once(made: Customer, seller: User) -> None:
    services.follow(made, by=seller)
    for _turn in range(2):
        timeline.record(made, "visit", summary="", source="till", source_id="7")

    assert reasons(seller) == ["followed"]
