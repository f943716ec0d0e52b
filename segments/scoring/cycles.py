"""Purchase cycles: how many days usually lie between two purchases of a product category, and whose category
is whose. A customer's own category is the one bought on most days; of several the one bought last, then the
first by name. A category has a cycle once there are enough gaps to say what is usual.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from customers.orders.rollups import UNCOUNTED

FEWEST_GAPS = 20
# One row per customer, category and day.
BOUGHT = """
    SELECT placed.customer_id, product.category, (placed.placed_at AT TIME ZONE %(zone)s)::date AS day
    FROM orders_order AS placed
    JOIN orders_orderline AS line ON line.order_id = placed.id
    JOIN orders_product AS product ON product.id = line.product_id
    WHERE product.category <> '' AND NOT (placed.status = ANY (%(uncounted)s))
        AND placed.placed_at <= %(as_of)s {which}
    GROUP BY 1, 2, 3
"""
OWN = """
    SELECT DISTINCT ON (customer_id) customer_id, category
    FROM {bought} AS bought GROUP BY customer_id, category
    ORDER BY customer_id, count(*) DESC, max(day) DESC, category
"""
USUAL = """
    SELECT category, percentile_disc(.5) WITHIN GROUP (ORDER BY gap)
    FROM (
        SELECT category, day - lag(day) OVER (PARTITION BY customer_id, category ORDER BY day) AS gap
        FROM {bought} AS bought
    ) AS gaps
    WHERE gap IS NOT NULL GROUP BY category HAVING count(*) >= %(fewest)s
"""


@dataclass(frozen=True)
class Cycle:
    """A category and its days, for the reason on a customer's page."""

    category: str
    days: int


def find(
    table: str, as_of: datetime, only: str = "", known: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Writes the own category of everybody to `table`, and answers the cycle of each category.

    What a few customers bought does not say what is usual: with an `only`, cycles are those already `known`.
    """
    bought = f"{table}_bought"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNLOGGED TABLE {bought} AS {BOUGHT.format(which=only)}", _values(as_of))
        cursor.execute(f"CREATE UNLOGGED TABLE {table} AS {OWN.format(bought=bought)}")
        found = dict(known or {})
        if known is None:
            cursor.execute(USUAL.format(bought=bought), {"fewest": FEWEST_GAPS})
            found = dict(cursor.fetchall())
        cursor.execute(f"DROP TABLE {bought}")
        cursor.execute(f"ANALYZE {table}")
    return found


def of_customer(customer_id: int, cycles: dict[str, int], as_of: datetime) -> Cycle | None:
    """The cycle by which one customer was judged in a run; None where plain days count."""
    if not cycles:
        return None
    bought = BOUGHT.format(which="AND placed.customer_id = %(customer)s")
    with connection.cursor() as cursor:
        cursor.execute(OWN.format(bought=f"({bought})"), _values(as_of) | {"customer": customer_id})
        row = cursor.fetchone()
    return Cycle(row[1], cycles[row[1]]) if row and row[1] in cycles else None


def _values(as_of: datetime) -> dict[str, Any]:
    return {"zone": settings.TIME_ZONE, "uncounted": list(UNCOUNTED), "as_of": as_of}
