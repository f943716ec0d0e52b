"""The indicators: how content, loyal and valuable customers are, how many leave, and where one meets."""

from datetime import date, timedelta
from typing import Any

from crm.desk.insights.ground import Ground, days_ago, month_of, months_on, months_until
from segments.scoring import policies
from segments.scoring.models import ScoringRun, Stage

MONTHS = 12
YEAR = 365
RATED_DAYS = 90
TOUCHED_DAYS = 30
# What repeat buyers and stages are compared with.
COMPARED_DAYS = 90
# Within how many days somebody bought again.
AGAIN = (90, 180, 365)
CURVE = tuple(range(30, 361, 30))
CONTENT = 4

MONEY = """
    SELECT date_trunc('month', day)::date, sum(net), count(*), count(DISTINCT customer_id)
    FROM {orders} AS bought GROUP BY 1
"""
VALUE = """
    SELECT day > %(edge)s, sum(net), count(*), count(DISTINCT customer_id)
    FROM {orders} AS bought GROUP BY 1
"""
# One row per customer and day, with the day of the next purchase. Read three times: kept for that.
DAYS = """
    WITH days AS MATERIALIZED (
        SELECT customer_id, day, lead(day) OVER turns AS next, row_number() OVER turns AS place
        FROM (SELECT customer_id, day FROM {orders} AS bought GROUP BY 1, 2) AS each
        WINDOW turns AS (PARTITION BY customer_id ORDER BY day)
    )
"""
# Who was a customer when the month began, and for whom the time without an order ran out in it.
CHURN = """
    SELECT 'churn', first, count(*), count(*) FILTER (
        WHERE day + %(lapse)s::int + 1 < last AND (next IS NULL OR next > day + %(lapse)s::int + 1))
    FROM days JOIN unnest(%(firsts)s::date[], %(lasts)s::date[]) AS month (first, last)
        ON day < first AND day + %(lapse)s::int + 1 >= first AND (next IS NULL OR next >= first)
    WHERE day + %(lapse)s::int + 1 >= %(oldest)s GROUP BY first
"""
REPEAT = """
    SELECT 'repeat', edge, count(*) FILTER (WHERE place = 1), count(*) FILTER (WHERE place = 2)
    FROM days JOIN unnest(%(edges)s::date[]) AS edge ON day <= edge WHERE place <= 2 GROUP BY edge
"""
# Everybody whose first purchase lies so far back that they had all those days to come again.
AGAINS = """
    SELECT 'again', last, count(*), count(*) FILTER (WHERE next <= day + within)
    FROM days JOIN unnest(%(againlasts)s::date[], %(withins)s::int[]) AS span (last, within)
        ON day > last - 365 AND day <= last
    WHERE place = 1 GROUP BY last, within ORDER BY last, within
"""
CURVES = """
    SELECT 'curve', last, least((next - day + 29) / 30, 13)::int, count(*)
    FROM days JOIN unnest(%(curvelasts)s::date[]) AS last ON day > last - 365 AND day <= last
    WHERE place = 1 GROUP BY 2, 3
"""
RATINGS = """
    SELECT {part}, count(*) FILTER (WHERE score >= 4), count(*), sum(score)
    FROM reports_rating AS rating
    JOIN inbox_conversation AS talk ON talk.id = rating.conversation_id
    CROSS JOIN LATERAL (SELECT (rating.at AT TIME ZONE %(zone)s)::date AS day) AS local
    WHERE rating.at <= %(as_of)s AND local.day > %(since)s AND {mine} GROUP BY 1
"""
TOUCHED = """
    SELECT channel, day > %(edge)s, count(*) FROM {touches} AS touch GROUP BY 1, 2
"""
TOUCHED_DAILY = "SELECT day, count(*) FROM {touches} AS touch GROUP BY 1"
STAGES = "SELECT stage, count(*) FROM scoring_score AS score WHERE {mine} GROUP BY 1"


def count(ground: Ground) -> dict[str, Any]:
    rules = policies.current()[1]
    return {
        "as_of": ground.as_of.isoformat(),
        "lapse": rules.dormant_after,
        "loyal_from": rules.loyal_from,
        **_money(ground),
        **_days(ground, rules.dormant_after),
        **_ratings(ground),
        **_touches(ground),
        **_stages(ground),
    }


def ended_months(ground: Ground, number: int) -> list[date]:
    """The last months that are over."""
    return months_until(months_on(month_of(ground.today), -1), number)


def _money(ground: Ground) -> dict[str, Any]:
    months = months_until(month_of(ground.today), 2 * MONTHS)
    found = {
        month: (float(net), orders, customers)
        for month, net, orders, customers in ground.rows(MONEY.format(orders=ground.orders(months[0])))
    }
    halves = ground.rows(
        VALUE.format(orders=ground.orders(days_ago(ground, 2 * YEAR - 1))), edge=days_ago(ground, YEAR)
    )
    value = {is_now: [float(net), orders, customers] for is_now, net, orders, customers in halves}
    return {
        "months": [[month.isoformat(), *found.get(month, (0, 0, 0))] for month in months],
        "value": value.get(True, [0, 0, 0]),
        "value_before": value.get(False, [0, 0, 0]),
    }


def _days(ground: Ground, lapse: int) -> dict[str, Any]:
    months = ended_months(ground, MONTHS + 1)
    edges = [ground.today, days_ago(ground, COMPARED_DAYS)]
    lasts = {(days_ago(ground, within + back), within) for within in AGAIN for back in (0, YEAR)}
    curves = [days_ago(ground, YEAR), days_ago(ground, 2 * YEAR)]
    parts = " UNION ALL ".join(f"({part})" for part in (CHURN, REPEAT, AGAINS, CURVES))
    found = ground.rows(
        DAYS.format(orders=ground.orders()) + parts,
        lapse=lapse,
        firsts=months,
        lasts=[months_on(month, 1) for month in months],
        oldest=months[0],
        edges=edges,
        againlasts=[last for last, _within in sorted(lasts)],
        withins=[within for _last, within in sorted(lasts)],
        curvelasts=curves,
    )
    return _told(ground, found, months, edges, curves)


def _told(
    ground: Ground, found: list[tuple[Any, ...]], months: list[date], edges: list[date], curves: list[date]
) -> dict[str, Any]:
    kinds: dict[str, list[tuple[Any, ...]]] = {"churn": [], "repeat": [], "again": [], "curve": []}
    for kind, *row in found:
        kinds[kind].append(tuple(row))
    churn = {month: (active, lapsed) for month, active, lapsed in kinds["churn"]}
    repeat = {edge: (buyers, repeaters) for edge, buyers, repeaters in kinds["repeat"]}
    again = {last: (firsts, came) for last, firsts, came in kinds["again"]}
    curve = {(last, bucket): number for last, bucket, number in kinds["curve"]}
    return {
        "churn": [[month.isoformat(), *churn.get(month, (0, 0))] for month in months],
        "repeat": [repeat.get(edge, (0, 0)) for edge in edges],
        "again": [
            [within, *(again.get(days_ago(ground, within + back), (0, 0)) for back in (0, YEAR))]
            for within in AGAIN
        ],
        # By thirty days; the last of each is who did not come back within them.
        "curves": [[curve.get((last, bucket), 0) for bucket in range(1, 14)] for last in curves],
        "curve_sizes": [sum(n for (one, _bucket), n in curve.items() if one == last) for last in curves],
    }


def _ratings(ground: Ground) -> dict[str, Any]:
    mine = ground.own("talk.customer_id")
    months = months_until(month_of(ground.today), MONTHS)
    by_month = ground.rows(
        RATINGS.format(part="date_trunc('month', day)::date", mine=mine), since=months[0] - timedelta(days=1)
    )
    edge = days_ago(ground, RATED_DAYS)
    halves = ground.rows(
        RATINGS.format(part="day > %(edge)s", mine=mine), since=days_ago(ground, 2 * RATED_DAYS), edge=edge
    )
    found = {month: list(rest) for month, *rest in by_month}
    spans = {is_now: list(rest) for is_now, *rest in halves}
    return {
        "rated": [[month.isoformat(), *found.get(month, [0, 0, 0])] for month in months],
        "content": [spans.get(True, [0, 0, 0]), spans.get(False, [0, 0, 0])],
    }


def _touches(ground: Ground) -> dict[str, Any]:
    touches = ground.touches(days_ago(ground, 2 * TOUCHED_DAYS - 1))
    found = ground.rows(TOUCHED.format(touches=touches), edge=days_ago(ground, TOUCHED_DAYS))
    channels: dict[str, list[int]] = {}
    for channel, is_now, number in found:
        channels.setdefault(channel, [0, 0])[0 if is_now else 1] = number
    daily = dict(ground.rows(TOUCHED_DAILY.format(touches=touches)))
    days = [days_ago(ground, back) for back in range(TOUCHED_DAYS - 1, -1, -1)]
    return {
        "channels": sorted(([channel, *pair] for channel, pair in channels.items()), key=lambda row: -row[1]),
        "touched": [[day.isoformat(), daily.get(day, 0)] for day in days],
    }


def _stages(ground: Ground) -> dict[str, Any]:
    stages = dict(ground.rows(STAGES.format(mine=ground.own("score.customer_id"))))
    return {
        "stages": {stage: stages.get(stage, 0) for stage in Stage.values if stage != Stage.PROSPECT},
        "stages_before": _stages_before(ground) if ground.is_everybody else {},
    }


def _stages_before(ground: Ground) -> dict[str, int]:
    """As the last scoring before the days compared with found them."""
    edge = ground.as_of - timedelta(days=COMPARED_DAYS)
    runs = ScoringRun.objects.done().filter(as_of__lte=edge).order_by("-as_of")
    stages = (runs.values_list("summary", flat=True).first() or {}).get("stages", {})
    return {stage: tally[0] for stage, tally in stages.items() if stage != Stage.PROSPECT}
