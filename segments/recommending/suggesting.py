"""What to suggest to a customer, read from what they bought and what goes with it: one indexed statement.

Three slots. Buy again: what they bought on several days (or what others come back for) and are due for.
Goes with: neighbours of what they bought, the fresher the purchase the heavier. Popular: what sells best now.
Whoever wants no personal recommendations, or may not be profiled, gets only the last, as everybody does.

Never suggested: what is excluded, what they rejected or gave back, what nobody bought for half a year.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import connection
from django.utils import timezone


class Slot(StrEnum):
    AGAIN = "again"
    WITH = "with"
    POPULAR = "popular"


EACH = 5
# Somebody's latest orders and products say enough, and a wholesaler has thousands.
MOST_ORDERS, MOST_PRODUCTS = 200, 300
SQL = """
WITH excluded AS MATERIALIZED (
    SELECT product_id FROM recommending_exclusion WHERE product_id IS NOT NULL
    UNION ALL SELECT id FROM orders_product
        WHERE category IN (SELECT category FROM recommending_exclusion WHERE category <> '')
)
SELECT who.id, found.slot, found.product_id, product.sku, product.name, product.category, product.price,
       found.score, found.days, found.ago, found.customers, found.share, because.name
FROM unnest(%(customers)s::bigint[]) AS who (id)
CROSS JOIN LATERAL (
    WITH personal AS MATERIALIZED (
        SELECT NOT EXISTS (SELECT FROM recommending_setting WHERE NOT is_personal)
           AND NOT EXISTS (SELECT FROM recommending_optout WHERE customer_id = who.id)
           AND NOT EXISTS (SELECT FROM privacy_protection WHERE customer_id = who.id) AS is_on
    ), bought AS MATERIALIZED (
        SELECT line.product_id, count(DISTINCT recent.placed_at::date) AS days,
               max(recent.placed_at) AS last,
               extract(epoch FROM max(recent.placed_at) - min(recent.placed_at)) / 86400 AS span,
               extract(epoch FROM %(now)s - max(recent.placed_at)) / 86400 AS ago,
               (array_agg(recent.status ORDER BY recent.placed_at DESC))[1] = 'refunded' AS returned
        FROM (
            SELECT id, placed_at, status FROM orders_order
            WHERE customer_id = who.id AND status <> 'cancelled' AND placed_at <= %(now)s
                AND (SELECT is_on FROM personal)
            ORDER BY placed_at DESC, id DESC LIMIT %(most_orders)s
        ) AS recent
        JOIN orders_orderline AS line ON line.order_id = recent.id
        GROUP BY line.product_id ORDER BY last DESC LIMIT %(most_products)s
    ), hidden AS MATERIALIZED (
        SELECT product_id FROM recommending_rejection WHERE customer_id = who.id
        UNION ALL SELECT product_id FROM excluded
    ), again AS (
        SELECT 'again' AS slot, bought.product_id,
               days * sold.trend * 0.5 ^ (ago / 240) AS score,
               greatest(1, CASE WHEN days > 1 THEN span / (days - 1) ELSE sold.gap_days END) AS gap,
               ago, days
        FROM bought JOIN recommending_figures AS sold USING (product_id)
        WHERE NOT returned AND sold.last_sold_at > %(on_sale)s
            AND (days > 1 OR sold.gap_days IS NOT NULL AND sold.repeat_share >= %(returns)s)
            AND product_id NOT IN (SELECT product_id FROM hidden)
    ), near AS (
        SELECT 'with' AS slot, neighbour_id AS product_id,
               sum(goes.weight * 0.5 ^ (ago / 120)) AS score,
               (array_agg(ARRAY[goes.product_id, goes.share, goes.support]
                          ORDER BY goes.weight * 0.5 ^ (ago / 120) DESC))[1:1] AS best
        FROM bought JOIN recommending_neighbour AS goes USING (product_id)
        WHERE NOT returned
            AND neighbour_id NOT IN (SELECT product_id FROM bought)
            AND neighbour_id NOT IN (SELECT product_id FROM hidden)
        GROUP BY neighbour_id ORDER BY score DESC LIMIT %(each)s * 4
    ), fitting AS MATERIALIZED (
        SELECT near.* FROM near JOIN recommending_figures AS sold USING (product_id)
        WHERE sold.last_sold_at > %(on_sale)s ORDER BY near.score DESC LIMIT %(each)s
    )
    (SELECT slot, product_id, score, gap AS days, ago, NULL::int AS customers, NULL::float AS share,
            CASE WHEN days > 1 THEN product_id END AS because
     FROM again WHERE ago >= gap * %(due)s ORDER BY score DESC, product_id LIMIT %(each)s)
    UNION ALL
    (SELECT slot, product_id, score, NULL, NULL, best[1][3]::int, best[1][2], best[1][1]::bigint
     FROM fitting ORDER BY score DESC, product_id)
    UNION ALL
    (SELECT 'popular', product_id, popularity, NULL, NULL, recent, NULL, NULL
     FROM recommending_figures
     WHERE last_sold_at > %(on_sale)s
        AND product_id NOT IN (SELECT product_id FROM hidden)
        AND product_id NOT IN (SELECT product_id FROM bought)
        AND product_id NOT IN (SELECT product_id FROM fitting)
     ORDER BY popularity DESC, product_id LIMIT %(each)s)
) AS found
JOIN orders_product AS product ON product.id = found.product_id
LEFT JOIN orders_product AS because ON because.id = found.because
"""
# What nobody bought for so many days is taken to be sold no more.
ON_SALE = 180
# Due is who waited for most of their usual time.
DUE = 0.8
# Products of which fewer buyers come back are not bought again by rule.
RETURNS = 0.25


@dataclass(frozen=True)
class Suggestion:
    """One product for one customer. `days` and `ago` belong to buying again, `share` to going with."""

    slot: Slot
    product: int
    sku: str
    name: str
    category: str
    price: Decimal | None
    score: float
    days: int | None = None
    ago: int | None = None
    customers: int | None = None
    share: float | None = None
    # What it goes with; of what is bought again, itself if the rhythm is the customer's own.
    because: str = ""


def suggest(customer: int, *, each: int = EACH, now: datetime | None = None) -> list[Suggestion]:
    """At most `each` for every slot, the best first."""
    return suggest_all([customer], each=each, now=now)[customer]


def suggest_all(
    customers: Sequence[int], *, each: int = EACH, now: datetime | None = None
) -> dict[int, list[Suggestion]]:
    """The same for several customers at once."""
    moment = now or timezone.now()
    values: dict[str, Any] = {
        "customers": list(customers),
        "now": moment,
        "on_sale": moment - timedelta(days=ON_SALE),
        "most_orders": MOST_ORDERS,
        "most_products": MOST_PRODUCTS,
        "each": each,
        "due": DUE,
        "returns": RETURNS,
    }
    with connection.cursor() as cursor:
        cursor.execute(SQL, values)
        return _sorted(customers, cursor.fetchall())


def _sorted(customers: Iterable[int], rows: Iterable[Sequence[Any]]) -> dict[int, list[Suggestion]]:
    found = defaultdict[int, list[Suggestion]](list)
    for customer, slot, *given in rows:
        product, sku, name, category, price, score, days, ago, buyers, share, because = given
        found[customer].append(
            Suggestion(
                Slot(slot),
                product,
                sku,
                name,
                category,
                price,
                float(score),
                round(days) if days is not None else None,
                int(ago) if ago is not None else None,
                buyers,
                share,
                because or "",
            )
        )
    places = list(Slot)
    return {
        pk: sorted(found[pk], key=lambda one: (places.index(one.slot), -one.score, one.product))
        for pk in customers
    }
