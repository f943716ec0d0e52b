"""What is scored: one row for everybody who ever bought, as of a moment.

Now and without a window, that is the rollup itself. With a window of months, how often and for how much are
counted from the orders within it; everybody keeps their last order and stays scored. A moment in the past is
added up from the orders until then: what was cancelled or given back since is left out of it.

Beside the rollup stand who came back after a break, and the moments of those who are judged by the purchase
cycle of their category.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from customers.orders.rollups import MOST, UNCOUNTED
from segments.facts import start_of, zone
from segments.scoring import cycles, lifecycle
from segments.scoring.ruling import Rules

GONE = """
    EXISTS (SELECT FROM customers_customer AS gone
            WHERE gone.id = {key} AND gone.deleted_at IS NOT NULL)
"""
ROLLUP = f"""
    SELECT customer_id, first_order_at, last_order_at, days, total, days AS recent_days, total AS recent_total
    FROM orders_rollup AS rollup WHERE orders > 0 AND NOT {GONE.format(key="rollup.customer_id")} {{only}}
"""
BY_DAY = """
    SELECT customer_id, (placed_at AT TIME ZONE %(zone)s)::date AS day,
           min(placed_at) AS first, max(placed_at) AS last,
           coalesce(sum(amount - refunded) FILTER (WHERE currency = %(currency)s), 0) AS spent
    FROM orders_order WHERE NOT (status = ANY (%(uncounted)s)) AND {which} GROUP BY 1, 2
"""
WINDOW = f"""
    SELECT customer_id, first_order_at, last_order_at, days, total,
           coalesce(recent.days_within, 0) AS recent_days, coalesce(recent.spent, 0) AS recent_total
    FROM ({ROLLUP}) AS ever LEFT JOIN (
        SELECT customer_id, count(*) AS days_within, least(sum(spent), %(most)s) AS spent
        FROM ({BY_DAY.format(which="placed_at >= %(since)s {only}")}) AS by_day GROUP BY 1
    ) AS recent USING (customer_id)
"""
PAST = f"""
    SELECT customer_id, min(first) AS first_order_at, max(last) AS last_order_at,
           count(*) AS days, least(sum(spent), %(most)s) AS total,
           count(*) FILTER (WHERE day >= %(since_day)s) AS recent_days,
           least(coalesce(sum(spent) FILTER (WHERE day >= %(since_day)s), 0), %(most)s) AS recent_total
    FROM ({BY_DAY.format(which="placed_at <= %(as_of)s")}) AS by_day
    WHERE NOT {GONE.format(key="by_day.customer_id")} GROUP BY 1
"""
# Only who ordered lately, and first bought long enough before, can have come back.
BACK = """
    SELECT DISTINCT customer_id FROM (
        SELECT customer_id, dormant_after, day,
               lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS before
        FROM (
            SELECT customer_id, dormant_after, (placed_at AT TIME ZONE %(zone)s)::date AS day
            FROM ({base}) AS base JOIN orders_order AS placed USING (customer_id)
            WHERE last_order_at >= %(since)s
                AND last_order_at - first_order_at > (dormant_after - 1) * interval '1 day'
                AND NOT (status = ANY (%(uncounted)s)) AND placed_at <= %(as_of)s
        ) AS ordered
    ) AS days WHERE day >= %(since_day)s AND day - before > dormant_after
"""
JOINED = """
    SELECT base.*, {own_columns}, back.customer_id IS NOT NULL AS came_back
    FROM {base} AS base {own_join} LEFT JOIN {back} AS back ON back.customer_id = base.customer_id
"""
NO_OWN = """
    NULL::timestamptz AS own_risk_before, NULL::timestamptz AS own_dormant_before,
    NULL::timestamptz AS own_lost_before
"""
NOBODY = "(SELECT NULL::bigint AS customer_id WHERE false)"
OWN_JOIN = """
    LEFT JOIN {own} AS own ON own.customer_id = base.customer_id LEFT JOIN unnest(
        %(categories)s::text[], %(risks)s::timestamptz[], %(dormants)s::timestamptz[],
        %(losts)s::timestamptz[], %(breaks)s::int[]
    ) AS cycle (category, own_risk_before, own_dormant_before, own_lost_before, own_dormant_after)
    ON cycle.category = own.category
"""


@dataclass(frozen=True)
class Ground:
    """A relation to select from, with its parameters, and the purchase cycles that went into it."""

    sql: str
    values: Mapping[str, Any] = field(default_factory=dict)
    cycles: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Few:
    """Only the customers in a table of ids, by purchase cycles that were found with everybody."""

    table: str
    cycles: Mapping[str, int]

    @property
    def sql(self) -> str:
        return f"AND customer_id IN (SELECT customer_id FROM {self.table})"


@contextmanager
def prepared(
    name: str, rules: Rules, as_of: datetime, *, past: bool = False, few: Few | None = None
) -> Iterator[Ground]:
    """`name` is that of the tables in which it is made, where the rollup is not enough."""
    made: list[str] = []
    try:
        yield _prepare(name, rules, as_of, made, past=past, few=few)
    finally:
        with connection.cursor() as cursor:
            for table in made:
                cursor.execute(f"DROP TABLE IF EXISTS {table}")


def _prepare(
    name: str, rules: Rules, as_of: datetime, made: list[str], *, past: bool, few: Few | None
) -> Ground:
    today = as_of.astimezone(zone()).date()
    only = few.sql if few else ""
    base = f"({ROLLUP.format(only=only)})"
    if past or rules.window:
        sql = PAST if past else WINDOW.format(only=only)
        base = _make(made, f"{name}_base", sql, _base_values(rules, as_of, today))
    join, columns, values, found = "", NO_OWN, {}, {}
    if rules.by_category:
        made.append(f"{name}_own")
        found = cycles.find(f"{name}_own", as_of, only, few.cycles if few else None)
        values = _own_values(rules, found, today)
        join = OWN_JOIN.format(own=f"{name}_own")
        columns = "own_risk_before, own_dormant_before, own_lost_before"
    back = NOBODY
    if rules.won_back_for:
        breaks = "coalesce(own_dormant_after, %(dormant_after)s)" if join else "%(dormant_after)s::int"
        each = f"SELECT base.*, {breaks} AS dormant_after FROM {base} AS base {join}"
        asked = values | _back_values(rules, as_of, today)
        back = _make(made, f"{name}_back", BACK.format(base=each), asked)
    sql = JOINED.format(base=base, own_columns=columns, own_join=join, back=back)
    return Ground(f"({sql})", values, found)


def _make(made: list[str], table: str, sql: str, values: dict[str, Any]) -> str:
    with connection.cursor() as cursor:
        made.append(table)
        cursor.execute(f"CREATE UNLOGGED TABLE {table} AS {sql}", values)
        cursor.execute(f"ANALYZE {table}")
    return table


def _orders(as_of: datetime) -> dict[str, Any]:
    return {"zone": settings.TIME_ZONE, "uncounted": list(UNCOUNTED), "as_of": as_of}


def _base_values(rules: Rules, as_of: datetime, today: date) -> dict[str, Any]:
    since = months_before(today, rules.window) if rules.window else date.min
    return _orders(as_of) | {
        "currency": settings.DEFAULT_CURRENCY,
        "most": MOST,
        "since_day": since,
        "since": start_of(since) if rules.window else as_of,
    }


def _back_values(rules: Rules, as_of: datetime, today: date) -> dict[str, Any]:
    since = today - timedelta(days=rules.won_back_for)
    return _orders(as_of) | {
        "dormant_after": rules.dormant_after,
        "since_day": since,
        "since": start_of(since),
    }


def _own_values(rules: Rules, found: Mapping[str, int], today: date) -> dict[str, Any]:
    thresholds = [rules.in_cycle(days) for days in found.values()]
    leaving = [lifecycle.leaving(one, today) for one in thresholds]
    return {
        "categories": list(found),
        "risks": [risk for risk, _dormant, _lost in leaving],
        "dormants": [dormant for _risk, dormant, _lost in leaving],
        "losts": [lost for _risk, _dormant, lost in leaving],
        "breaks": [one.dormant_after for one in thresholds],
    }


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last one of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
