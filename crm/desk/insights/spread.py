"""How customers are spread: what an order is worth, how often and how lately they buy, where they live."""

from datetime import timedelta
from typing import Any

from crm.desk.insights import provinces
from crm.desk.insights.ground import Ground, days_ago
from segments.facts import start_of

# Each class begins with its number and ends before the next; the last has no end.
AMOUNTS = (0, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
TOTALS = (0, 100, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
COUNTS = (1, 2, 3, 4, 5, 6, 11, 21, 51)
# Whole days since the last order.
AGES = (0, 31, 61, 91, 181, 366, 731)
YEAR = 365
MOST_COUNTRIES = 30

BY_AMOUNT = """
    SELECT width_bucket(net, %(edges)s::numeric[]), count(*), sum(net)
    FROM {orders} AS bought WHERE currency = %(currency)s GROUP BY 1
"""
BY_CUSTOMER = """
    SELECT width_bucket({value}, %(edges)s::{kind}[]), count(*), sum(total)
    FROM orders_rollup WHERE orders > 0 AND {mine} GROUP BY 1
"""
REGIONS = """
    SELECT upper(customer.country), lower(btrim(customer.province)), count(*),
           count(*) FILTER (WHERE rollup.orders > 0), coalesce(sum(rollup.total), 0)
    FROM customers_customer AS customer LEFT JOIN orders_rollup AS rollup ON rollup.customer_id = customer.id
    WHERE {mine} GROUP BY 1, 2
"""


def count(ground: Ground) -> dict[str, Any]:
    return {
        "as_of": ground.as_of.isoformat(),
        "amounts": _amounts(ground),
        "totals": _customers(ground, "total", "numeric", TOTALS),
        "counts": _customers(ground, "orders", "int", COUNTS),
        "ages": _ages(ground),
        **_regions(ground),
    }


def _amounts(ground: Ground) -> list[list[float]]:
    sql = BY_AMOUNT.format(orders=ground.orders(days_ago(ground, YEAR - 1)))
    return _filled(ground.rows(sql, edges=list(AMOUNTS)), len(AMOUNTS))


def _customers(ground: Ground, value: str, kind: str, edges: tuple[int, ...]) -> list[list[float]]:
    sql = BY_CUSTOMER.format(value=value, kind=kind, mine=ground.own("customer_id"))
    return _filled(ground.rows(sql, edges=list(edges)), len(edges))


def _ages(ground: Ground) -> list[list[float]]:
    """Days become moments here, once: from long ago to today. An order dated ahead counts as today's."""
    moments = [start_of(ground.today - timedelta(days=age - 1)) for age in reversed(AGES[1:])]
    sql = BY_CUSTOMER.format(value="last_order_at", kind="timestamptz", mine=ground.own("customer_id"))
    # Before the first of the moments is class 0 here, which is the oldest.
    found = [(bucket + 1, *rest) for bucket, *rest in ground.rows(sql, edges=moments)]
    return _filled(found, len(AGES))[::-1]


def _filled(found: list[tuple[Any, ...]], size: int) -> list[list[float]]:
    rows = {bucket: [number, float(money or 0)] for bucket, number, money in found}
    return [rows.get(bucket, [0, 0.0]) for bucket in range(1, size + 1)]


def _regions(ground: Ground) -> dict[str, Any]:
    """Customers, buyers and money by province, by foreign country, and of whom nobody knows the province."""
    home: dict[str, list[float]] = {code: [0, 0, 0.0] for code in provinces.PROVINCES}
    abroad: dict[str, list[float]] = {}
    unknown: list[float] = [0, 0, 0.0]
    for country, province, *numbers in ground.rows(REGIONS.format(mine=ground.own("customer.id"))):
        code = provinces.find(country, province)
        if code:
            row = home[code]
        elif country in provinces.HOME:
            row = unknown
        else:
            row = abroad.setdefault(country, [0, 0, 0.0])
        for place, number in enumerate(numbers):
            row[place] += float(number) if place == 2 else number
    most = sorted(abroad.items(), key=lambda one: (-one[1][0], one[0]))
    rest = [one for _country, one in most[MOST_COUNTRIES:]]
    return {
        "provinces": home,
        "countries": [[country, *row] for country, row in most[:MOST_COUNTRIES]],
        "other_countries": [sum(column) for column in zip(*rest, strict=True)] if rest else [0, 0, 0.0],
        "unknown": unknown,
    }
