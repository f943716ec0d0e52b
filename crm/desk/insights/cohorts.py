"""Who came back: customers by the month of their first purchase, and what they did in each month since."""

from typing import Any

from crm.desk.insights.ground import Ground, month_of, months_until
from segments.facts import start_of

MONTHS = 18
# Everybody's first month follows from the rollup, which is one row per customer.
SIZES = """
    SELECT date_trunc('month', first_order_at AT TIME ZONE %(zone)s)::date, count(*)
    FROM orders_rollup WHERE first_order_at >= %(start)s AND first_order_at <= %(as_of)s AND {mine}
    GROUP BY 1
"""
BOUGHT = """
    SELECT cohort, month, count(*), sum(net) FROM (
        SELECT bought.customer_id, date_trunc('month', bought.day)::date AS month,
               date_trunc('month', rollup.first_order_at AT TIME ZONE %(zone)s)::date AS cohort,
               sum(net) AS net
        FROM {orders} AS bought JOIN orders_rollup AS rollup
            ON rollup.customer_id = bought.customer_id AND rollup.first_order_at >= %(start)s
        GROUP BY 1, 2, 3
    ) AS months GROUP BY 1, 2
"""


def count(ground: Ground) -> dict[str, Any]:
    months = months_until(month_of(ground.today), MONTHS)
    start = start_of(months[0])
    sizes = dict(ground.rows(SIZES.format(mine=ground.own("customer_id")), start=start))
    found = {
        (cohort, month): [customers, float(net)]
        for cohort, month, customers, net in ground.rows(
            BOUGHT.format(orders=ground.orders(months[0])), start=start
        )
    }
    return {
        "as_of": ground.as_of.isoformat(),
        # Month by month since the first; the last one is not over yet.
        "cohorts": [
            [
                first.isoformat(),
                sizes.get(first, 0),
                [found.get((first, month), [0, 0.0]) for month in months[place:]],
            ]
            for place, first in enumerate(months)
        ],
    }
