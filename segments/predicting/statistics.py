"""What predictions are made of, out of the database in one statement for everybody, by COPY.

The rollup gives days, moments and totals, the last year's orders what a total cannot tell apart. Orders of
the future are ignored: the few customers who have one are added up anew without it. Amounts count net of
refunds and in the company's currency only, as in the rollup.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings

from customers.orders.rollups import UNCOUNTED
from segments.facts import start_of, zone
from segments.predicting import copying, engagement
from segments.predicting.history import History
from segments.predicting.known import MONTH, QUARTER, YEAR, Floats, Known

# PostgreSQL counts from here; so do our days.
EPOCH = date(2000, 1, 1)
OLDEST = date(1950, 1, 1)
UTC_EPOCH = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
# So many customers say how good a fit is; more would only say it more slowly.
SAMPLE = 60_000

GONE = """
    EXISTS (SELECT FROM customers_customer AS gone
        WHERE gone.id = {table}.customer_id AND gone.deleted_at IS NOT NULL)
"""
EVERYBODY = f"""
    WITH buyers AS (
        SELECT customer_id, days, first_order_at, last_order_at, total FROM orders_rollup AS counted
        WHERE orders > 0 AND last_order_at < %(end)s {{only}}
        UNION ALL
        SELECT counted.customer_id, past.* FROM orders_rollup AS counted CROSS JOIN LATERAL (
            SELECT count(DISTINCT (placed_at AT TIME ZONE %(zone)s)::date) AS days, min(placed_at),
                   max(placed_at), coalesce(sum(amount - refunded) FILTER (WHERE currency = %(currency)s), 0)
            FROM orders_order AS counting WHERE counting.customer_id = counted.customer_id
                AND placed_at < %(end)s AND NOT (status = ANY (%(uncounted)s))
        ) AS past WHERE orders > 0 AND last_order_at >= %(end)s AND past.days > 0 {{only}}
    ), year AS (
        SELECT customer_id, sum(amount - refunded) FILTER (WHERE currency = %(currency)s) AS spent,
               count(*) FILTER (WHERE placed_at >= %(quarter)s) AS quarter,
               count(*) FILTER (WHERE placed_at >= %(month)s) AS month
        FROM orders_order
        WHERE placed_at >= %(year)s AND placed_at < %(end)s AND NOT (status = ANY (%(uncounted)s)) {{only}}
        GROUP BY customer_id
    ), touches AS ({engagement.SCORES}), everybody AS (
        SELECT customer_id, coalesce(days, 0)::bigint AS days,
               coalesce(first_order_at, %(end)s) AS first, coalesce(last_order_at, %(end)s) AS last,
               coalesce(total, 0)::float8 AS total, coalesce(spent, 0)::float8 AS spent,
               coalesce(quarter, 0) AS quarter, coalesce(month, 0) AS month,
               coalesce(engagement, 0)::float8 AS engagement
        FROM buyers LEFT JOIN year USING (customer_id) FULL JOIN touches USING (customer_id)
    )
    SELECT * FROM everybody WHERE NOT {GONE.format(table="everybody")}
"""
# Moments are microseconds since EPOCH.
EVERYBODY_TYPES = {"customer_id": "i8", "days": "i8", "first": "i8", "last": "i8"} | {
    "total": "f8", "spent": "f8", "quarter": "i8", "month": "i8", "engagement": "f8",
}  # fmt: skip
SAMPLED = f"""
    SELECT customer_id, ((placed_at AT TIME ZONE %(zone)s)::date - %(epoch)s::date)::bigint AS day,
           count(*) AS orders,
           coalesce(sum(amount - refunded) FILTER (WHERE currency = %(currency)s), 0)::float8 AS money
    FROM orders_rollup AS sample JOIN orders_order USING (customer_id)
    WHERE sample.orders > 0 AND sample.customer_id %% %(step)s = 0 AND placed_at < %(end)s
      AND NOT (status = ANY (%(uncounted)s)) AND NOT {GONE.format(table="sample")}
    GROUP BY 1, 2 ORDER BY 1, 2
"""
SAMPLED_TYPES = {"customer_id": "i8", "day": "i8", "orders": "i8", "money": "f8"}


def everybody(as_of: datetime, only: str = "") -> tuple[npt.NDArray[np.int64], Known, Floats]:
    """Ids, what is known, and engagement; who never bought has no days. `only` names a table of ids."""
    narrowed = f"AND customer_id IN (SELECT customer_id FROM {only})" if only else ""
    rows = copying.read(EVERYBODY.format(only=narrowed), _parameters(as_of), EVERYBODY_TYPES)
    today = _number(as_of.astimezone(zone()).date())
    known = Known(
        today=today,
        days=rows["days"].astype(float),
        first=_days(rows["first"], today),
        last=_days(rows["last"], today),
        total=rows["total"],
        spent=rows["spent"],
        quarter=rows["quarter"].astype(float),
        month=rows["month"].astype(float),
    )
    return rows["customer_id"], known, rows["engagement"]


def sampled(as_of: datetime, buyers: int) -> History:
    """Each day on which some of the customers bought, of every n-th customer when there are many."""
    step = max(1, buyers // SAMPLE)
    rows = copying.read(SAMPLED, {**_parameters(as_of), "step": step, "epoch": EPOCH}, SAMPLED_TYPES)
    today = _number(as_of.astimezone(zone()).date())
    return History(today, rows["customer_id"], rows["day"], rows["orders"], rows["money"])


def day_of(number: float) -> date:
    return EPOCH + timedelta(days=int(number))


def _parameters(as_of: datetime) -> Mapping[str, Any]:
    tomorrow = as_of.astimezone(zone()).date() + timedelta(days=1)
    spans = {"year": YEAR, "quarter": QUARTER, "month": MONTH, "touches_since": engagement.DAYS}
    return {
        "end": start_of(tomorrow),
        "zone": settings.TIME_ZONE,
        "currency": settings.DEFAULT_CURRENCY,
        "uncounted": list(UNCOUNTED),
        **{name: start_of(tomorrow - timedelta(days=days)) for name, days in spans.items()},
    }


def _days(moments: npt.NDArray[np.int64], today: int) -> Floats:
    """Moments as days, by looking up between which midnights they lie: a day may have 23 hours."""
    first = _number(OLDEST)
    midnights = [start_of(day_of(number)).timestamp() for number in range(first, today + 2)]
    boundaries = (np.array(midnights) - UTC_EPOCH) * 1e6
    places = np.searchsorted(boundaries, moments, side="right") - 1
    return np.asarray(np.maximum(places, 0) + first, dtype=float)


def _number(day: date) -> int:
    return (day - EPOCH).days
