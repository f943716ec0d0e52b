"""Many tills and many workers at the same moment."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from channels.offers import codes, giving, redeeming
from channels.offers.factories import offer
from channels.offers.judging import Basket, NotGood
from channels.offers.models import Coupon, Offer, Redemption
from channels.offers.redeeming import Purchase
from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers.factories import customer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def at_once(work: Callable[[Any], Any], what: Sequence[Any]) -> list[Any]:
    """All of them begin together, each with a connection of its own."""
    gate = Barrier(len(what))

    def one(item: Any) -> Any:
        try:
            gate.wait(30)
            return work(item)
        except NotGood as no:
            return no.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(what)) as pool:
        return list(pool.map(one, what))


def test_twenty_tills_redeem_one_code_once() -> None:
    made, one, clerk = offer(number=1), customer(), people.user(Role.OPERATIONS)
    code = giving.give(made.pk, [one.pk])[one.pk].code
    basket = Basket(Decimal(100))
    told = at_once(
        lambda place: redeeming.redeem(
            redeeming.find(code), Purchase("till", f"{place}", basket, f"{place}"), by=clerk
        ),
        range(20),
    )
    assert sum(isinstance(one, Redemption) for one in told) == 1
    assert told.count("redeemed") == 19
    made.refresh_from_db()
    assert [made.uses, float(made.revenue), float(made.cost)] == [1, 100, 10]


def test_one_till_that_asks_twice_gets_one_answer_and_limits_hold() -> None:
    clerk, basket = people.user(Role.OPERATIONS), Basket(Decimal(100))
    made = offer(word="FIRST3", most_in_all=3)
    same = Purchase("till", "A", basket, "A")
    told = at_once(lambda _place: redeeming.redeem(redeeming.find("FIRST3"), same, by=clerk).pk, range(6))
    assert len(set(told)) == 1
    told = at_once(
        lambda place: redeeming.redeem(
            redeeming.find("FIRST3"), Purchase("till", f"{place}", basket, f"{place}"), by=clerk
        ),
        range(8),
    )
    assert told.count("used_up") == 6
    assert Offer.objects.get(pk=made.pk).uses == 3


def test_messages_at_once_give_one_code_each_and_the_last_to_one() -> None:
    made, both = offer(number=3), [customer().pk, customer().pk]
    told = at_once(lambda _place: giving.give(made.pk, both), range(6))
    assert all(one == told[0] for one in told)
    assert made.coupons.filter(customer=None).count() == 1
    strangers = [customer().pk for _ in range(5)]
    told = at_once(lambda pk: giving.give(made.pk, [pk])[pk], strangers)
    assert sorted(bool(one.code) for one in told) == [False] * 4 + [True]
    assert {one.reason for one in told if not one.code} == {giving.NONE_LEFT}


def test_two_workers_make_no_code_too_many() -> None:
    made = offer(number=0)
    Offer.objects.filter(pk=made.pk).update(codes_wanted=500)
    at_once(lambda _place: codes.make_waiting(made.pk), range(4))
    codes.sweep()
    assert Coupon.objects.filter(offer=made).count() == 500
