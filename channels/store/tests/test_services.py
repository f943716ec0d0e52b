"""The way of an order over the counter."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from channels.direct.models import DirectMessage
from channels.factories import channel
from channels.store import reading, services
from channels.store.factories import pickup, shop
from channels.store.models import Pickup
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from crm.lib.errors import Refused
from customers import factories
from customers.orders.models import Order, Rollup
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return people.user(Role.SERVICE)


def told(one: Pickup) -> list[str]:
    kinds = Entry.objects.filter(source="pickup", source_id__startswith=f"{one.order_id}.")
    return list(kinds.order_by("pk").values_list("kind", flat=True))


def test_an_order_goes_from_ordered_to_ready_to_picked_up(clerk: User) -> None:
    order = factories.order(factories.customer(email="li@mail.example"), status="ordered")
    made = services.expect(order, shop(), by=clerk)
    services.make_ready(made, by=clerk)
    services.hand_out(made, fetched_by="her brother", by=clerk)
    made.refresh_from_db()
    order.refresh_from_db()
    assert order.status == Order.Status.COMPLETED
    assert (made.by, made.fetched_by) == (clerk, "her brother")
    assert made.ready_at
    assert made.picked_at == made.closed_at
    assert told(made) == ["order.expected", "order.ready", "order.picked_up"]
    audited = AuditEntry.objects.filter(subject_type="orders.order", subject_id=order.pk)
    assert list(audited.order_by("pk").values_list("action", flat=True)) == told(made)


def test_a_ready_order_is_told_to_the_customer_on_the_channel_they_allow(clerk: User) -> None:
    channel(name="Mail")
    one = pickup(factories.customer(email="li@mail.example", language="en"), status="ordered")
    assert services.make_ready(one, by=clerk)
    message = DirectMessage.objects.get()
    assert (message.purpose, message.customer) == ("service", one.order.customer)
    assert one.code in message.body
    one.refresh_from_db()
    assert one.told_at


def test_where_no_channel_allows_it_nobody_is_told(clerk: User) -> None:
    one = pickup(factories.customer(), status="ordered")
    assert not services.make_ready(one, by=clerk)
    one.refresh_from_db()
    assert one.told_at is None


Verb = Callable[..., object]


@pytest.mark.parametrize(
    ("status", "verb"),
    [
        ("ready", services.make_ready),
        ("completed", services.make_ready),
        ("completed", services.hand_out),
        ("cancelled", services.hand_out),
        ("completed", services.cancel),
        ("ready", services.refund),
        ("refunded", services.refund),
        ("ready", services.take_back),
        ("ordered", services.remind),
    ],
)
def test_steps_that_do_not_follow_are_refused(status: str, verb: Verb, clerk: User) -> None:
    one = pickup(factories.customer(), status=status)
    with pytest.raises(Refused):
        verb(one, by=clerk)
    assert told(one) == []


def test_cancelled_and_refunded_orders_stop_counting_as_purchases(clerk: User) -> None:
    first = pickup(factories.customer(), status="ready")
    services.cancel(first, by=clerk)
    second = pickup(factories.customer(), status="ready")
    services.hand_out(second, by=clerk)
    assert Rollup.objects.get(customer=second.order.customer_id).orders == 1
    services.refund(second, by=clerk)
    for one in (first, second):
        assert Rollup.objects.get(customer=one.order.customer_id).orders == 0
    second.order.refresh_from_db()
    assert second.order.refunded == second.order.amount


def test_a_hand_out_by_mistake_is_taken_back_while_it_is_fresh(clerk: User) -> None:
    one = pickup(factories.customer(), status="ready")
    services.hand_out(one, by=clerk)
    services.take_back(one, by=clerk)
    one.refresh_from_db()
    assert (one.closed_at, one.picked_at, one.by) == (None, None, None)
    services.hand_out(one, by=clerk)
    Pickup.objects.update(picked_at=timezone.now() - timedelta(days=2))
    with pytest.raises(Refused):
        services.take_back(one, by=clerk)


def test_the_shop_may_change_while_the_order_waits(clerk: User) -> None:
    one = pickup(factories.customer(), status="ordered")
    other = shop()
    services.expect(one.order, other, by=clerk)
    services.expect(one.order, other, by=clerk)
    assert Pickup.objects.get().shop == other
    assert told(one) == ["order.expected"]
    with pytest.raises(Refused):
        services.expect(one.order, shop(is_open=False), by=clerk)


def test_two_that_wait_never_have_the_same_code() -> None:
    pickup(factories.customer(), status="ready", code="123456")
    with pytest.raises(IntegrityError):
        pickup(factories.customer(), status="ready", code="123456")


@pytest.mark.parametrize("code", ["12345", "1234567", "12345a"])
def test_a_code_is_six_digits(code: str) -> None:
    with pytest.raises(Exception, match=r"six_digits|too long"):
        pickup(factories.customer(), status="ready", code=code)


def test_a_picked_up_order_is_closed() -> None:
    with pytest.raises(IntegrityError):
        pickup(factories.customer(), status="completed", picked_at=timezone.now())


class TestFinding:
    def test_by_code_number_and_last_digits(self, clerk: User) -> None:
        one = pickup(factories.customer(phone="+8613800138000"), status="ready")
        for typed in (one.code, f" {one.code[:3]}-{one.code[3:]} ", one.order.external_id, "8000"):
            assert [card.pickup for card in reading.find(clerk, typed).cards] == [one], typed
        assert reading.find(clerk, "9999").cards == []
        assert reading.find(clerk, "").cards == []

    def test_what_waits_comes_before_what_is_over(self, clerk: User) -> None:
        old = pickup(factories.customer(), status="completed", code="222222", closed_at=timezone.now())
        new = pickup(factories.customer(), status="ready", code="222222")
        assert [card.pickup for card in reading.find(clerk, "222222").cards] == [new, old]

    def test_an_order_that_nobody_sent_to_a_shop_is_offered(self, clerk: User) -> None:
        order = factories.order(factories.customer(owner=clerk), status="ordered")
        assert list(reading.find(clerk, order.external_id).orders) == [order]

    def test_names_of_customers_one_may_not_see_are_masked(self, clerk: User) -> None:
        one = pickup(factories.customer(name="Li Ming", restricted=True), status="ready")
        card = reading.find(clerk, one.code).cards[0]
        assert (card.name, card.is_known) == ("L••", False)
