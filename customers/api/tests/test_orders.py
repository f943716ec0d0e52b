"""Orders as shops tell them."""

from decimal import Decimal
from typing import Any

import pytest

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.api.tests.caller import Caller
from customers import factories
from customers.models import Customer
from customers.orders.models import Order, OrderLine, Rollup
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
Row = dict[str, Any]


def order(customer: Customer, **fields: Any) -> Row:
    return {
        "customer": {"id": customer.pk},
        "placed_at": "2026-01-31T09:30:00+08:00",
        "amount": "120.50",
        **fields,
    }


def test_an_order_is_recorded_once_and_added_up(api: Caller) -> None:
    customer = factories.customer()
    first = api.put("orders/by-number/shop/A-1", order(customer))
    again = api.put("orders/by-number/shop/A-1", order(customer))

    assert (first.status, again.status) == (201, 200)
    assert (first.data["amount"], first.data["currency"]) == ("120.50", "CNY")
    assert Rollup.objects.get().total == Decimal("120.50")
    assert Entry.objects.get(kind="order.placed").summary.startswith("A-1 · ")


def test_later_word_changes_what_it_says_and_nothing_else(api: Caller) -> None:
    customer = factories.customer()
    api.put("orders/by-number/shop/1", order(customer, channel="store"))
    changed = api.put("orders/by-number/shop/1", order(customer, amount=99, refunded=9))

    told = [changed.data[name] for name in ("channel", "amount", "refunded")]
    assert told == ["store", "99.00", "9.00"]
    assert Rollup.objects.get().total == Decimal(90)
    assert Entry.objects.filter(kind="order.placed").count() == 1


def test_an_order_that_changes_hands_leaves_no_trace_with_the_former_buyer(api: Caller) -> None:
    wrong, right = factories.customer(), factories.customer()
    api.put("orders/by-number/shop/1", order(wrong))
    api.put("orders/by-number/shop/1", order(right))

    assert [wrong.rollup.orders, right.rollup.orders] == [0, 0]  # as they were loaded
    assert list(Rollup.objects.order_by("customer").values_list("orders", flat=True)) == [0, 1]
    assert Entry.objects.get(kind="order.placed").customer == right


def test_articles_are_replaced_as_a_whole(api: Caller) -> None:
    customer = factories.customer()
    bean = {"sku": "bean", "name": "Coffee beans", "quantity": 2, "amount": "80"}
    cup = {"sku": "cup", "amount": "40.5"}
    first = api.put("orders/by-number/shop/1", order(customer, articles=[bean, cup]))
    row = order(customer, articles=[bean, cup], source="shop", number="1")
    same = api.post("orders/bulk", {"items": [row]})
    api.put("orders/by-number/shop/1", order(customer, articles=[cup]))

    assert (first.data["items"], [one["sku"] for one in first.data["articles"]]) == (3, ["bean", "cup"])
    assert same.data["results"][0]["status"] == "unchanged"
    assert OrderLine.objects.get().product.sku == "cup"


def test_each_order_of_a_bulk_stands_for_itself(api: Caller) -> None:
    customer = factories.customer()
    rows = [
        order(customer, source="shop", number="1"),
        order(customer, source="shop", number="2") | {"customer": {"source": "shop", "key": "nobody"}},
        order(customer, source="shop", number="3"),
    ]
    results = api.post("orders/bulk", {"items": rows}).data["results"]

    assert [one["status"] for one in results] == ["created", "error", "created"]
    assert results[1]["code"] == "unknown_customer"
    assert Order.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": -1},
        {"amount": True},
        {"amount": "1e400"},
        {"amount": 10**40},
        {"amount": "1.234"},
        {"amount": 5, "refunded": 6},
        {"currency": "coins"},
        {"items": 0},
        {"placed_at": "0000-00-00"},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(api: Caller, wrong: Row) -> None:
    assert api.put("orders/by-number/shop/1", order(factories.customer(), **wrong)).status == 422
    assert not Order.objects.exists()


def test_an_order_of_somebody_elses_customer_cannot_be_taken_over(api: Caller) -> None:
    hidden = factories.order(factories.customer(owner=people.user(Role.SALES)), external_id="9")
    leader = Caller(people.user(Role.MANAGER, teams=(people.team(),)), "orders:read")

    assert leader.get(f"orders/{hidden.pk}").status == 404
    assert leader.get("orders/by-number/shop/9").status == 404
    assert leader.get("orders").data["items"] == []
    assert leader.put("orders/by-number/shop/9", order(factories.customer())).status == 403


def test_orders_are_listed_newest_first(api: Caller, django_assert_max_num_queries: Any) -> None:
    customer = factories.customer()
    made = [factories.order(customer).pk for _ in range(3)]
    with django_assert_max_num_queries(6):
        answer = api.get(f"orders?customer={customer.pk}")
    assert [one["id"] for one in answer.data["items"]] == made[::-1]
