"""What was bought, as arrays: one entry per customer, product and day. A bounded part of a large base."""

import io
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import connection

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# More customers than this hardly change what goes with what, and cost memory.
MOST_CUSTOMERS = 200_000
WINDOW = timedelta(days=730)
# Bought by fewer, a product says more about them than about itself.
FEWEST_BUYERS = 5
PARTS = 10_000
# Cancelled and refunded orders say nothing about liking.
BOUGHT = """
    COPY (
        SELECT placed.customer_id, line.product_id, placed.day
        FROM (
            SELECT id, customer_id, (placed_at AT TIME ZONE '{zone}')::date - date '1970-01-01' AS day
            FROM orders_order
            WHERE status NOT IN ('cancelled', 'refunded')
                AND placed_at > '{since}' AND placed_at <= '{until}'
                AND (hashint8(customer_id) & 2147483647) % {parts} < {part}
        ) AS placed JOIN orders_orderline AS line ON line.order_id = placed.id
        GROUP BY 1, 2, 3
    ) TO STDOUT
"""


@dataclass(frozen=True)
class Purchases:
    """`product` counts through `keys`, the numbers of the products; customers are counted from 0."""

    customer: Ints
    product: Ints
    day: Ints
    keys: Ints
    customers: int
    # The part of all customers that this is about.
    share: float = 1.0

    def before(self, day: int) -> "Purchases":
        return self._only(self.day < day)

    def since(self, day: int) -> "Purchases":
        return self._only(self.day >= day)

    def _only(self, chosen: npt.NDArray[np.bool_]) -> "Purchases":
        return replace(
            self, customer=self.customer[chosen], product=self.product[chosen], day=self.day[chosen]
        )


@dataclass(frozen=True)
class Pairs:
    """The same, one entry per customer and product."""

    customer: Ints
    product: Ints
    last: Ints
    days: Ints


def load(until: datetime, customers: int) -> Purchases:
    """The purchases of at most MOST_CUSTOMERS of `customers` who ever bought."""
    part = PARTS if customers <= MOST_CUSTOMERS else max(1, PARTS * MOST_CUSTOMERS // customers)
    sql = BOUGHT.format(
        zone=settings.TIME_ZONE,
        since=(until - WINDOW).isoformat(),
        until=until.isoformat(),
        parts=PARTS,
        part=part,
    )
    text = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(sql, text)
    rows = np.fromstring(text.getvalue().decode(), dtype=np.int64, sep=" ").reshape(-1, 3)
    return numbered(rows[:, 0], rows[:, 1], rows[:, 2], share=part / PARTS)


def numbered(customer: Ints, product: Ints, day: Ints, *, share: float = 1.0) -> Purchases:
    """Leaves out products that hardly anybody bought."""
    pair = np.unique(np.stack([product, customer]), axis=1)
    found, buyers = np.unique(pair[0], return_counts=True)
    keys = found[buyers >= FEWEST_BUYERS]
    chosen = np.isin(product, keys)
    people, numbers = np.unique(customer[chosen], return_inverse=True)
    return Purchases(numbers, np.searchsorted(keys, product[chosen]), day[chosen], keys, len(people), share)


def pairs(purchases: Purchases) -> Pairs:
    width = max(1, len(purchases.keys))
    key = purchases.customer * width + purchases.product
    found, place, days = np.unique(key, return_inverse=True, return_counts=True)
    last = np.full(len(found), np.iinfo(np.int64).min)
    np.maximum.at(last, place, purchases.day)
    return Pairs(found // width, found % width, last, days)
