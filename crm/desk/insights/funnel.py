"""From the first touch to loyalty, for everybody who first met us within a year.

Each step holds part of the one before: whoever ordered has answered, and came to us if nobody wrote before.
"""

from typing import Any

from crm.desk.insights.ground import Ground, days_ago
from segments.facts import start_of
from segments.scoring.models import Stage

YEAR = 365
STEPS = ("met", "replied", "ordered", "again", "loyal")
# Who ordered before is not new, even if nobody wrote down how one met.
NEW = f"""
    SELECT met.customer_id, met.channel, coalesce(rollup.total, 0) AS total, true AS met,
           met.wrote OR coalesce(rollup.days, 0) > 0 AS replied,
           coalesce(rollup.days, 0) > 0 AS ordered, coalesce(rollup.days, 0) > 1 AS again,
           coalesce(rollup.days, 0) > 1 AND coalesce(score.stage, '') = '{Stage.LOYAL}' AS loyal
    FROM (
        SELECT customer_id, (array_agg(channel ORDER BY occurred_at, id))[1] AS channel,
               bool_or(direction = 'in') AS wrote
        FROM {{touches}} AS touch GROUP BY 1
    ) AS met
    LEFT JOIN orders_rollup AS rollup ON rollup.customer_id = met.customer_id
    LEFT JOIN scoring_score AS score ON score.customer_id = met.customer_id
    WHERE (rollup.first_order_at IS NULL OR rollup.first_order_at >= %(start)s)
        AND NOT EXISTS (SELECT FROM timeline_entry AS earlier WHERE earlier.customer_id = met.customer_id
                        AND earlier.channel <> 'staff' AND earlier.occurred_at < %(start)s)
"""
COUNT = f"""
    SELECT channel, {", ".join(f"count(*) FILTER (WHERE {step})" for step in STEPS)}, sum(total)
    FROM ({NEW}) AS new GROUP BY 1
"""


def count(ground: Ground) -> dict[str, Any]:
    since = days_ago(ground, YEAR - 1)
    rows = ground.rows(COUNT.format(touches=ground.touches(since)), start=start_of(since))
    return {
        "as_of": ground.as_of.isoformat(),
        "channels": [
            [channel, *numbers, float(money)]
            for channel, *numbers, money in sorted(rows, key=lambda row: (-row[1], row[0]))
        ],
    }
