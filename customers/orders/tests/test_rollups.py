"""What a customer's orders add up to."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection

from customers import factories
from customers.models import Customer
from customers.orders import rollups
from customers.orders.models import Rollup

pytestmark = pytest.mark.django_db


def refreshed(*customers: Customer) -> Rollup:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS chosen")
        cursor.execute(
            "CREATE TEMPORARY TABLE chosen AS SELECT unnest(%s) AS customer_id", [[c.pk for c in customers]]
        )
        rollups.refresh(cursor, "chosen")
    return Rollup.objects.get(customer=customers[0])


def test_cancelled_and_returned_orders_do_not_count() -> None:
    buyer = factories.customer()
    factories.order(buyer, amount=100, refunded=30)
    factories.order(buyer, amount=50, status="cancelled")
    factories.order(buyer, amount=50, refunded=50, status="refunded")

    found = refreshed(buyer)

    assert (found.orders, found.total) == (1, Decimal(70))


def test_days_are_those_of_the_company_s_clock() -> None:
    """Two evenings in London are one morning and the next in Shanghai."""
    buyer = factories.customer()
    for hour in (15, 16):
        factories.order(buyer, placed_at=datetime(2024, 1, 31, hour, 30, tzinfo=UTC))

    assert refreshed(buyer).days == 2


def test_who_has_no_order_left_is_back_at_nothing() -> None:
    buyer = factories.customer()
    factories.order(buyer)
    assert refreshed(buyer).orders == 1
    buyer.orders.all().delete()

    found = refreshed(buyer, buyer)

    assert (found.orders, found.days, found.first_order_at, found.last_order_at) == (0, 0, None, None)


def test_a_missing_row_is_made() -> None:
    buyer = Customer.objects.create(name="Li")
    factories.order(buyer, amount=5)

    assert refreshed(buyer).total == 5
