"""Where one meets: the mix of channels over time, and the way people take to an order."""

from typing import Any

from django.utils.translation import gettext as _

from crm.desk.insights.ground import Ground, days_ago, month_of, months_until
from crm.lib.labels import label

MONTHS = 12
# Orders of so many days, each with the touches of so many days before it.
BOUGHT_DAYS, PATH_DAYS = 90, 30
LONGEST, MOST = 5, 20
# Stands before a path that was longer.
LONGER = "x"

MIX = """
    SELECT date_trunc('month', day)::date, channel, count(*) FILTER (WHERE direction = 'in'),
           count(*) FILTER (WHERE direction = 'out'), count(*)
    FROM {touches} AS touch GROUP BY 1, 2
"""
SOLD = """
    SELECT channel, count(*), count(DISTINCT customer_id), sum(net) FROM {orders} AS bought GROUP BY 1
"""
# One row per order. A channel that follows itself is one step; the order's own entry is none.
PATHS = f"""
    SELECT id, customer_id, net, path[1] AS first, path[cardinality(path)] AS last, path,
           CASE WHEN cardinality(path) > {LONGEST} THEN '{LONGER}-' ELSE '' END
           || array_to_string(path[greatest(1, cardinality(path) - {LONGEST} + 1):], '-') AS way
    FROM (
        SELECT bought.id, bought.customer_id, bought.net, array_remove(array_agg(
            step.channel ORDER BY step.occurred_at, step.id), NULL) AS path
        FROM {{orders}} AS bought LEFT JOIN (
            SELECT order_id, id, occurred_at, channel FROM (
                SELECT one.id AS order_id, touch.id, touch.occurred_at, touch.channel,
                       lag(touch.channel) OVER (
                           PARTITION BY one.id ORDER BY touch.occurred_at, touch.id) AS before
                FROM {{orders}} AS one JOIN {{touches}} AS touch ON touch.customer_id = one.customer_id
                    AND touch.kind <> 'order' AND touch.occurred_at < one.placed_at
                    AND touch.occurred_at >= one.placed_at - interval '{PATH_DAYS} days'
            ) AS touched WHERE before IS DISTINCT FROM channel
        ) AS step ON step.order_id = bought.id
        GROUP BY 1, 2, 3
    ) AS walked
"""
WAYS = """
    WITH walked AS MATERIALIZED ({paths})
    SELECT 'way', way, count(*), sum(net) FROM walked GROUP BY way
    UNION ALL SELECT 'first', first, count(*), sum(net) FROM walked WHERE first IS NOT NULL GROUP BY first
    UNION ALL SELECT 'last', last, count(*), sum(net) FROM walked WHERE last IS NOT NULL GROUP BY last
    UNION ALL SELECT 'any', channel, count(*), sum(net) FROM walked
        CROSS JOIN LATERAL (SELECT DISTINCT unnest(path) AS channel) AS met GROUP BY channel
"""


def paths(ground: Ground) -> str:
    since = days_ago(ground, BOUGHT_DAYS - 1)
    return PATHS.format(
        orders=ground.orders(since), touches=ground.touches(days_ago(ground, BOUGHT_DAYS + PATH_DAYS))
    )


def count(ground: Ground) -> dict[str, Any]:
    months = months_until(month_of(ground.today), MONTHS)
    mix: dict[str, list[list[int]]] = {}
    for month, channel, *numbers in ground.rows(MIX.format(touches=ground.touches(months[0]))):
        rows = mix.setdefault(channel, [[0, 0, 0] for _month in months])
        rows[months.index(month)] = numbers
    sold = ground.rows(SOLD.format(orders=ground.orders(months[0])))
    return {
        "as_of": ground.as_of.isoformat(),
        "months": [month.isoformat() for month in months],
        "mix": sorted(
            ([channel, rows] for channel, rows in mix.items()), key=lambda one: -sum(row[2] for row in one[1])
        ),
        "sold": sorted(
            ([channel, orders, buyers, float(net)] for channel, orders, buyers, net in sold),
            key=lambda row: (-row[1], row[0]),
        ),
        **_ways(ground),
    }


def steps(way: str) -> list[tuple[str, str]]:
    """The channels of a way with their names; an empty one stands for what was left out."""
    return [
        ("", "…") if channel == LONGER else (channel, label("channel", channel))
        for channel in filter(None, way.split("-"))
    ]


def in_words(way: str) -> str:
    return " → ".join(name for _channel, name in steps(way)) or _("No touch before")


def _ways(ground: Ground) -> dict[str, Any]:
    found: dict[str, dict[str, list[float]]] = {"way": {}, "first": {}, "last": {}, "any": {}}
    for kind, name, orders, net in ground.rows(WAYS.format(paths=paths(ground))):
        found[kind][name] = [orders, float(net)]
    ways = sorted(found["way"].items(), key=lambda one: (-one[1][0], one[0]))
    rest = [row for _way, row in ways[MOST:]]
    nothing = [0, 0.0]
    return {
        "orders": sum(row[0] for _way, row in ways),
        "ways": [[way, *row] for way, row in ways[:MOST]],
        "other_ways": [len(rest), sum(row[0] for row in rest), sum(row[1] for row in rest)],
        "credit": [
            [channel, *found["first"].get(channel, nothing), *found["last"].get(channel, nothing), *row]
            for channel, row in sorted(found["any"].items(), key=lambda one: (-one[1][0], one[0]))
        ],
    }
