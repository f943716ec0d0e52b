"""What is asked for: sales by product and category, month by month and week by week."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from crm.desk.insights.ground import Ground, days_ago, month_of, months_until
from customers.orders.models import Product

MONTHS, WEEKS = 25, 26
YEAR = 365
MOST_PRODUCTS, MOST_CATEGORIES = 50, 12

SOLD = """
    SELECT line.product_id, span.month, span.week, sum(line.amount), sum(line.quantity)
    FROM {orders} AS bought JOIN orders_orderline AS line ON line.order_id = bought.id
    CROSS JOIN LATERAL (
        SELECT date_trunc('month', bought.day)::date AS month, date_trunc('week', bought.day)::date AS week
    ) AS span
    WHERE bought.currency = %(currency)s
    GROUP BY GROUPING SETS ((1, 2), (1, 3))
"""
BUYERS = """
    SELECT line.product_id, count(DISTINCT bought.customer_id)
    FROM {orders} AS bought JOIN orders_orderline AS line ON line.order_id = bought.id GROUP BY 1
"""


def count(ground: Ground) -> dict[str, Any]:
    months = months_until(month_of(ground.today), MONTHS)
    monday = ground.today - timedelta(days=ground.today.weekday())
    weeks = [monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    sold = _Sold(months, weeks)
    sold.take(ground.rows(SOLD.format(orders=ground.orders(months[0]))))
    buyers = dict(ground.rows(BUYERS.format(orders=ground.orders(days_ago(ground, YEAR - 1)))))
    return {
        "as_of": ground.as_of.isoformat(),
        "months": [month.isoformat() for month in months],
        "weeks": [week.isoformat() for week in weeks],
        **_told(sold, buyers),
    }


class _Sold:
    """Money by product and month, by product and week, and pieces by product and month."""

    def __init__(self, months: list[date], weeks: list[date]) -> None:
        self.month_place = {month: place for place, month in enumerate(months)}
        self.week_place = {week: place for place, week in enumerate(weeks)}
        self.months: dict[int, list[float]] = {}
        self.pieces: dict[int, list[int]] = {}
        self.weeks: dict[int, list[float]] = {}

    def take(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for product, month, week, net, pieces in rows:
            for places, kept in ((self.months, MONTHS), (self.pieces, MONTHS), (self.weeks, WEEKS)):
                places.setdefault(product, [0] * kept)
            if month is not None:
                self.months[product][self.month_place[month]] = float(net)
                self.pieces[product][self.month_place[month]] = int(pieces)
            elif week in self.week_place:
                self.weeks[product][self.week_place[week]] = float(net)


def _told(sold: _Sold, buyers: dict[int, int]) -> dict[str, Any]:
    known = {one.pk: one for one in Product.objects.filter(pk__in=sold.months)}
    categories: dict[str, list[Any]] = {}
    for pk, product in known.items():
        row = categories.setdefault(product.category, [pk, [0.0] * MONTHS, [0.0] * WEEKS])
        row[1] = _added(row[1], sold.months[pk])
        row[2] = _added(row[2], sold.weeks[pk])
    most = sorted(categories.items(), key=lambda one: (-sum(one[1][1][-13:]), one[0]))
    rest = [row for _name, row in most[MOST_CATEGORIES:]]
    best = sorted(known, key=lambda pk: (-sum(sold.months[pk][-13:]), pk))[:MOST_PRODUCTS]
    return {
        "categories": [[name, *row] for name, row in most[:MOST_CATEGORIES]],
        "other": [_sum([row[1] for row in rest], MONTHS), _sum([row[2] for row in rest], WEEKS)],
        "products": [
            [pk, known[pk].name, known[pk].category, sold.months[pk], sold.pieces[pk], buyers.get(pk, 0)]
            for pk in best
        ],
    }


def _added(one: list[float], other: list[float]) -> list[float]:
    return [first + second for first, second in zip(one, other, strict=True)]


def _sum(rows: list[list[float]], size: int) -> list[float]:
    return [sum(column) for column in zip(*rows, strict=True)] if rows else [0.0] * size
