"""What each customer's buying looks like, in numbers: how recent, often and dear; what, when and where.

Shares are of orders in the last two years (of money, for categories); who has none of those has no shares.
Read in pieces of the base, so that memory stays the same however many customers there are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import connection

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PIECE = 20_000
WINDOW = timedelta(days=730)
CATEGORIES, CHANNELS = 8, 4
MONEY = ("recency", "frequency", "money")
TIMES = ("weekend", "morning", "evening", "night")
PARTS = 10_000
LEADING = """
    SELECT category FROM (
        SELECT product.category, sum(line.amount) AS money
        FROM (SELECT id FROM orders_order WHERE placed_at > %(since)s ORDER BY id DESC LIMIT 100000) AS o
        JOIN orders_orderline AS line ON line.order_id = o.id
        JOIN orders_product AS product ON product.id = line.product_id
        WHERE category <> '' GROUP BY category) AS sold
    ORDER BY money DESC, category LIMIT %(number)s
"""
BUSY = """
    SELECT channel FROM (
        SELECT channel FROM orders_order WHERE placed_at > %(since)s ORDER BY id DESC LIMIT 100000) AS o
    GROUP BY channel ORDER BY count(*) DESC, channel LIMIT %(number)s
"""
READ = """
    WITH people AS MATERIALIZED (
        SELECT rollup.*, customer.city FROM orders_rollup AS rollup
        JOIN customers_customer AS customer ON customer.id = rollup.customer_id
        WHERE orders > 0 AND customer.deleted_at IS NULL AND {chosen}
        ORDER BY customer_id LIMIT %(piece)s
    ), placed AS MATERIALIZED (
        SELECT orders.id, customer_id, channel, placed_at AT TIME ZONE %(zone)s AS local
        FROM people JOIN orders_order AS orders USING (customer_id)
        WHERE status NOT IN ('cancelled', 'refunded') AND placed_at > %(since)s AND placed_at <= %(now)s
    ), habits AS (
        SELECT customer_id, avg((extract(isodow FROM local) > 5)::int),
               avg((extract(hour FROM local) BETWEEN 5 AND 10)::int),
               avg((extract(hour FROM local) BETWEEN 17 AND 21)::int),
               avg((extract(hour FROM local) NOT BETWEEN 5 AND 21)::int){channels}
        FROM placed GROUP BY customer_id
    ), tastes AS (
        SELECT customer_id{categories}
        FROM placed JOIN orders_orderline AS line ON line.order_id = placed.id
        JOIN orders_product AS product ON product.id = line.product_id
        GROUP BY customer_id HAVING sum(line.amount) > 0
    )
    SELECT people.city, people.total, people.days,
           extract(epoch FROM people.last_order_at - people.first_order_at) / 86400,
           people.customer_id, extract(epoch FROM %(now)s - people.last_order_at) / 86400,
           habits.*, tastes.*
    FROM people LEFT JOIN habits USING (customer_id) LEFT JOIN tastes USING (customer_id)
    ORDER BY people.customer_id
"""


@dataclass(frozen=True)
class Piece:
    """Some customers with their features, and what profiles are told of besides."""

    customers: Ints
    values: Floats
    city: list[str]
    total: Floats
    # Days from one order to the next; not a number for those who ordered on a single day.
    gap: Floats


@dataclass(frozen=True)
class Reader:
    """Reads features as of one moment; which categories and channels count is settled once."""

    as_of: datetime
    categories: tuple[str, ...]
    channels: tuple[str, ...]

    @classmethod
    def at(cls, as_of: datetime) -> "Reader":
        since = as_of - WINDOW
        with connection.cursor() as cursor:
            cursor.execute(LEADING, {"since": since, "number": CATEGORIES})
            categories = tuple(name for (name,) in cursor.fetchall())
            cursor.execute(BUSY, {"since": since, "number": CHANNELS})
            return cls(as_of, categories, tuple(name for (name,) in cursor.fetchall()))

    @property
    def names(self) -> list[str]:
        channels = [f"channel:{name}" for name in self.channels]
        return [*MONEY, *TIMES, *channels, *(f"category:{name}" for name in self.categories)]

    def everybody(self) -> Iterator[Piece]:
        """All customers with an order, a piece at a time."""
        last = 0
        while len((piece := self._read("customer_id > %(last)s", PIECE, last=last)).customers):
            yield piece
            last = int(piece.customers[-1])

    def sample(self, part: int, most: int) -> Piece:
        """About `part` of 10,000 customers, always the same ones."""
        chosen = "(hashint8(customer_id) & 2147483647) % {parts} < %(part)s".replace("{parts}", str(PARTS))
        return self._read(chosen.replace(" % ", " %% "), most, part=part)

    def of(self, customers: Sequence[int]) -> Piece:
        return self._read("customer_id = ANY(%(these)s)", len(customers), these=list(customers))

    def _read(self, chosen: str, piece: int, **values: Any) -> Piece:
        sql = READ.format(
            chosen=chosen,
            channels="".join(f", avg((channel = %(channel_{i})s)::int)" for i in range(len(self.channels))),
            categories="".join(
                f", coalesce(sum(line.amount) FILTER (WHERE category = %(category_{i})s), 0)"
                " / sum(line.amount)"
                for i in range(len(self.categories))
            ),
        )
        values |= {"since": self.as_of - WINDOW, "now": self.as_of, "zone": settings.TIME_ZONE}
        values |= {f"channel_{i}": name for i, name in enumerate(self.channels)}
        values |= {f"category_{i}": name for i, name in enumerate(self.categories)}
        with connection.cursor() as cursor:
            cursor.execute(sql, {**values, "piece": piece})
            return self._piece(cursor.fetchall())

    def _piece(self, rows: list[tuple[Any, ...]]) -> Piece:
        habits = len(TIMES) + len(self.channels)
        width = 6 + 1 + habits + 1 + len(self.categories)
        city = [row[0] or "" for row in rows]
        known = [[0.0 if cell is None else float(cell) for cell in row[1:]] for row in rows]
        cells = np.array(known, float).reshape(len(rows), width - 1)
        total, days, span, customers, ago = cells[:, :5].T
        shares = np.hstack([cells[:, 6 : 6 + habits], cells[:, 7 + habits :]])
        money = np.log1p(np.maximum(np.stack([ago, days, total], axis=1), 0))
        gap = np.where(days > 1, span / np.maximum(days - 1, 1), np.nan)
        return Piece(customers.astype(np.int64), np.hstack([money, shares]), city, total, gap)
