"""Keeps one row per customer of what their orders add up to, set by set."""

from decimal import Decimal

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from customers.orders.models import Order

UNCOUNTED = (Order.Status.CANCELLED.value, Order.Status.REFUNDED.value)
# The largest total the column holds.
MOST = Decimal("99999999999999.99")

# Whoever refreshes the same customer waits here, and then sees the orders that the other one wrote.
LOCK = """
    SELECT count(*) FROM (
        SELECT 1 FROM orders_rollup WHERE customer_id IN (SELECT customer_id FROM {table})
        ORDER BY customer_id FOR UPDATE
    ) AS locked
"""
REFRESH = """
    WITH changed AS (
    INSERT INTO orders_rollup AS r (customer_id, orders, days, total, first_order_at, last_order_at)
    SELECT
        t.customer_id,
        count(o.id),
        count(DISTINCT (o.placed_at AT TIME ZONE %(zone)s)::date),
        least(coalesce(sum(o.amount - o.refunded) FILTER (WHERE o.currency = %(currency)s), 0), %(most)s),
        min(o.placed_at),
        max(o.placed_at)
    FROM (SELECT DISTINCT customer_id FROM {table}) AS t
    LEFT JOIN LATERAL (
        SELECT id, placed_at, amount, refunded, currency FROM orders_order
        WHERE customer_id = t.customer_id AND NOT (status = ANY (%(uncounted)s))
        OFFSET 0
    ) AS o ON true
    GROUP BY t.customer_id
    ON CONFLICT (customer_id) DO UPDATE SET
        orders = excluded.orders,
        days = excluded.days,
        total = excluded.total,
        first_order_at = excluded.first_order_at,
        last_order_at = excluded.last_order_at
    WHERE (r.orders, r.days, r.total, r.first_order_at, r.last_order_at) IS DISTINCT FROM
        (excluded.orders, excluded.days, excluded.total, excluded.first_order_at, excluded.last_order_at)
    -- A row that was not there before has no xmax: somebody new without an order is nothing to follow.
    RETURNING customer_id, orders > 0 OR xmax <> 0 AS is_stale
    )
    INSERT INTO orders_stale (customer_id) SELECT customer_id FROM changed WHERE is_stale
"""


def refresh(cursor: CursorWrapper, table: str) -> None:
    """Recomputes the rollups of the customers in `table`, which has a column customer_id.

    Orders that were cancelled or given back in full do not count. Days are those of the company's time zone.
    The total is net of refunds and holds the company's currency only: amounts in others count as orders, but
    adding them up would need a rate nobody has agreed on.
    """
    cursor.execute(LOCK.format(table=table))
    cursor.execute(
        REFRESH.format(table=table),
        {
            "zone": settings.TIME_ZONE,
            "currency": settings.DEFAULT_CURRENCY,
            "uncounted": list(UNCOUNTED),
            "most": MOST,
        },
    )
