"""Customers with years of orders, as the models of buying see them."""

import numpy as np
from django.db import connection

from crm.bench import filling
from customers.models import Customer
from segments.predicting import copying

YEARS = 4
SEED = 41
MOST_ORDERS = 400
TYPES = {"place": "i8", "day": "f8", "amount": "f8"}
ORDERS = """
    INSERT INTO orders_order (customer_id, source, external_id, channel, status, placed_at, amount, refunded,
                              currency, items)
    SELECT %(first)s + place, 'bench', n::text, 'web', 'completed', now() - day * interval '1 day',
           round(amount::numeric, 2), 0, %(currency)s, 1
    FROM (SELECT *, row_number() OVER () AS n FROM bench_orders) AS numbered
"""
ROLLUPS = """
    INSERT INTO orders_rollup (customer_id, orders, days, total, first_order_at, last_order_at)
    SELECT customer.id, coalesce(orders, 0), coalesce(days, 0), coalesce(total, 0), first, last
    FROM customers_customer AS customer LEFT JOIN (
        SELECT customer_id, count(*) AS orders,
               count(DISTINCT (placed_at AT TIME ZONE %(zone)s)::date) AS days,
               sum(amount - refunded) AS total, min(placed_at) AS first, max(placed_at) AS last
        FROM orders_order GROUP BY 1
    ) AS bought ON bought.customer_id = customer.id
"""
MORE = """
    INSERT INTO orders_order (customer_id, source, external_id, channel, status, placed_at, amount, refunded,
                              currency, items)
    SELECT id, 'bench', 'new' || id, 'web', 'completed', now(), 100 + id %% 900, 0, %(currency)s, 1
    FROM customers_customer ORDER BY id %% 97, id LIMIT %(many)s
"""


def fill(customers: int, orders: int, currency: str, zone: str) -> None:
    """As many customers, and about as many orders, oldest first."""
    if Customer.objects.exists():
        return
    with connection.cursor() as cursor:
        cursor.execute(filling.CUSTOMERS, [customers])
        cursor.execute("SELECT min(id) FROM customers_customer")
        first = cursor.fetchone()[0]
        cursor.execute("CREATE UNLOGGED TABLE bench_orders (place bigint, day float8, amount float8)")
        copying.write("bench_orders", _imagine(customers, orders), TYPES)
        cursor.execute(ORDERS, {"first": first, "currency": currency})
        cursor.execute("DROP TABLE bench_orders")
        cursor.execute(ROLLUPS, {"zone": zone})
        cursor.execute("VACUUM (ANALYZE)")


def buy_more(many: int, currency: str) -> None:
    """One order each of so many customers, now."""
    with connection.cursor() as cursor:
        cursor.execute(MORE, {"many": many, "currency": currency})


def _imagine(customers: int, orders: int) -> copying.Columns:
    """Rates and chances to leave differ between customers; days count backwards from now."""
    dice = np.random.default_rng(SEED)
    place = np.arange(customers)
    day = dice.random(customers) * 365 * YEARS
    mean = 300 / dice.gamma(3.5, 1, customers)
    rate = dice.gamma(0.6, 0.06 * orders / customers / 10, customers)
    leaves = dice.beta(0.6, 9.0, customers)
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for _round in range(MOST_ORDERS):
        found.append((place, day))
        stays = dice.random(len(place)) >= leaves[place]
        place, day = place[stays], day[stays] - dice.exponential(1 / rate[place[stays]])
        place, day = place[day > 0], day[day > 0]
        if not len(place):
            break
    places, days = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(-days, kind="stable")
    places, days = places[order], days[order]
    amounts = mean[places] * dice.gamma(6.0, 1 / 6.0, len(places)) + 1
    return {"place": places, "day": days, "amount": amounts}
