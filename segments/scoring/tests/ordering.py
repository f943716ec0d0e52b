"""Orders for tests, stored and added up set by set."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

from django.db import connection

from customers.models import Customer
from customers.orders import rollups
from customers.orders.models import Order, OrderLine, Product
from segments.scoring.tests.order_oracle import Bought

NOW = datetime(2026, 6, 1, 1, 30, tzinfo=UTC)
_numbers = count(1)


def take(orders: Sequence[tuple[int, float, Decimal, str]]) -> list[Bought]:
    """Stores orders as (customer, days ago, amount, category), and adds them up."""
    people = {who: Customer.objects.create(name=f"Customer {who}").pk for who, *_rest in orders}
    Product.objects.bulk_create(
        [Product(sku=f"{name}-{next(_numbers)}", name=name, category=name) for name in {o[3] for o in orders}]
    )
    sold = {product.category: product for product in Product.objects.all()}
    bought = [Bought(people[o[0]], NOW - timedelta(days=o[1]), o[2], o[3]) for o in orders]
    made = Order.objects.bulk_create(
        Order(
            customer_id=one.customer,
            source="shop",
            external_id=str(next(_numbers)),
            placed_at=one.at,
            amount=one.amount,
            currency="CNY",
        )
        for one in bought
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, product=sold[one.category], amount=one.amount)
        for order, one in zip(made, bought, strict=True)
    )
    with connection.cursor() as cursor:
        rollups.refresh(cursor, "(SELECT id AS customer_id FROM customers_customer) AS everybody")
    return bought
