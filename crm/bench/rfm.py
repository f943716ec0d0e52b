"""Scoring everybody against the barest SQL that computes the same three scores."""

from collections.abc import Iterator

from django.db import connection

from crm.bench import filling
from crm.bench.harness import Baseline, Result, bench, say, throughput, timed
from segments.scoring import running
from segments.scoring.models import Score

# Percentiles and scores into a bare table: no groups, no stages, nothing published, nothing compared.
BARE = """
    CREATE TABLE bench_bare_scores AS
    WITH cut AS (
        SELECT percentile_disc(ARRAY[.2, .4, .6, .8]) WITHIN GROUP (ORDER BY last_order_at) AS recency,
               percentile_disc(ARRAY[.2, .4, .6, .8]) WITHIN GROUP (ORDER BY days) AS frequency,
               percentile_disc(ARRAY[.2, .4, .6, .8]) WITHIN GROUP (ORDER BY total) AS monetary
        FROM orders_rollup WHERE orders > 0)
    SELECT customer_id,
        1 + (last_order_at > recency[1])::int + (last_order_at > recency[2])::int
          + (last_order_at > recency[3])::int + (last_order_at > recency[4])::int AS recency,
        1 + (days > frequency[1])::int + (days > frequency[2])::int
          + (days > frequency[3])::int + (days > frequency[4])::int AS frequency,
        1 + (total > monetary[1])::int + (total > monetary[2])::int
          + (total > monetary[3])::int + (total > monetary[4])::int AS monetary
    FROM orders_rollup, cut WHERE orders > 0
"""
# A day's orders: so many customers buy between one night and the next.
BOUGHT_TODAY = 0.01


@bench("rfm", rows=1_000_000)
def rfm(rows: int) -> Iterator[Result]:
    say(f"Filling the base with {rows:,} customers …")
    filling.customers(rows)
    bare = Baseline("bare SQL", rows / min(_bare() for _ in range(3)))
    first = _score()
    yield throughput("rfm, first scoring", rows, first, "customers/s", bare)
    _a_day_passes()
    bare = Baseline("bare SQL", rows / min(_bare() for _ in range(3)))
    yield throughput("rfm, every night", rows, _score(), "customers/s", bare)


def _bare() -> float:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_bare_scores")
        with timed() as watch:
            cursor.execute(BARE)
        cursor.execute("DROP TABLE bench_bare_scores")
    return watch.seconds


def _score() -> float:
    run = running.queue(by=None)
    if run is None:
        raise RuntimeError("A scoring is under way in this database.")
    with timed() as watch:
        running.run(run.pk)
    if not Score.objects.exists():
        raise RuntimeError("Nobody was scored.")
    return watch.seconds


def _a_day_passes() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_rollup SET orders = orders + 1, days = days + 1, total = total + 100, "
            "first_order_at = coalesce(first_order_at, now()), last_order_at = now() "
            "WHERE customer_id %% 1000 < %s",
            [int(1000 * BOUGHT_TODAY)],
        )
        cursor.execute("VACUUM (ANALYZE) orders_rollup, scoring_score")
