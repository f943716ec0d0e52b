"""Scoring and predicting everybody, step by step, against the same RFM by bare SQL, pandas and DuckDB.

The three start from the orders, as somebody without a maintained summary has to; pandas and DuckDB get them
by COPY, since that is where they are. All compute recency, frequency and money and their scores by the same
rule, and are compared row by row with what we publish. Each runs in a process of its own.
"""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from django.conf import settings
from django.db import connection

from crm.bench import buyers
from crm.bench.harness import Baseline, Result, apart, bench, peak_mb, say, throughput, timed
from customers.orders import rollups
from segments.predicting import following
from segments.predicting import running as predicting
from segments.predicting.models import PredictionRun
from segments.scoring import running as scoring

ORDERS_EACH = 10
NEW_ORDERS = 10_000
SCORES = ["customer_id", "recency", "frequency", "monetary"]
PARTS = (("recency", "last", "r"), ("frequency", "days", "f"), ("monetary", "total", "m"))
CUTS = "percentile_disc(ARRAY[.2, .4, .6, .8]) WITHIN GROUP (ORDER BY {column})"
BARE = f"""
    CREATE TABLE bench_bare_scores AS
    WITH bought AS MATERIALIZED (
        SELECT customer_id, max(placed_at AT TIME ZONE '{settings.TIME_ZONE}')::date AS last,
               count(DISTINCT (placed_at AT TIME ZONE '{settings.TIME_ZONE}')::date) AS days,
               sum(amount - refunded) AS total
        FROM orders_order WHERE status NOT IN ('cancelled', 'refunded') GROUP BY 1
    ), cut AS (SELECT {CUTS.format(column="last")} AS r, {CUTS.format(column="days")} AS f,
                      {CUTS.format(column="total")} AS m FROM bought)
    SELECT customer_id, {
    ", ".join(
        " + ".join(["1", *(f"({value} > {cut}[{place}])::int" for place in range(1, 5))]) + f" AS {name}"
        for name, value, cut in PARTS
    )
}
    FROM bought, cut
"""
COPIED = f"""
    COPY (SELECT customer_id, (placed_at AT TIME ZONE '{settings.TIME_ZONE}')::date AS day,
                 amount - refunded AS money
          FROM orders_order WHERE status NOT IN ('cancelled', 'refunded')) TO STDOUT (FORMAT csv)
"""
DUCK = """
    CREATE TABLE bought AS
    SELECT customer_id, max(day) AS last, count(DISTINCT day) AS days, sum(money) AS total
    FROM read_csv('{file}', header = false, columns = {{
        'customer_id': 'BIGINT', 'day': 'DATE', 'money': 'DECIMAL(14, 2)'}}) GROUP BY 1;
    CREATE TABLE cut AS SELECT quantile_disc(last, [.2, .4, .6, .8]) AS r,
        quantile_disc(days, [.2, .4, .6, .8]) AS f, quantile_disc(total, [.2, .4, .6, .8]) AS m FROM bought;
    SELECT customer_id, 1 + len(list_filter(r, lambda one: one < last)) AS recency,
           1 + len(list_filter(f, lambda one: one < days)) AS frequency,
           1 + len(list_filter(m, lambda one: one < total)) AS monetary
    FROM bought, cut ORDER BY 1
"""


@bench("scoring", rows=1_000_000)
def score_everybody(rows: int) -> Iterator[Result]:
    say(f"Filling the base with {rows:,} customers and about {rows * ORDERS_EACH:,} orders …")
    apart(buyers.fill, rows, rows * ORDERS_EACH, settings.DEFAULT_CURRENCY, settings.TIME_ZONE)
    took = _score()
    with TemporaryDirectory() as folder:
        rivals = {name: _rival(work, Path(folder) / name) for name, work in RIVALS.items()}
    for name, (seconds, differences) in rivals.items():
        rate = Baseline(name, rows / seconds)
        yield throughput("scoring, RFM and lifecycle", rows, took, "customers/s", rate)
        yield Result(f"scoring, scores unlike those of {name}", rows, difference=float(differences))
    yield from _predict(rows)
    yield from _follow()


def _score() -> float:
    run = scoring.queue(by=None)
    if run is None:
        raise RuntimeError("A scoring is under way in this database.")
    with timed() as watch:
        scoring.run(run.pk)
    return watch.seconds


def _predict(rows: int) -> Iterator[Result]:
    run = predicting.queue(by=None)
    if run is None:
        raise RuntimeError("A prediction is under way in this database.")
    with timed() as watch:
        predicting.run(run.pk)
    for step, seconds in PredictionRun.objects.values_list("took", flat=True).get(pk=run.pk).items():
        yield Result(f"scoring, predictions: {step}", rows, seconds)
    memory = peak_mb()
    rate = rows / watch.seconds
    yield Result("scoring, predictions", rows, watch.seconds, rate, "customers/s", peak_mb=memory)


def _follow() -> Iterator[Result]:
    """From the orders' arrival in the table: adding up, scoring, predicting."""
    buyers.buy_more(NEW_ORDERS, settings.DEFAULT_CURRENCY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM orders_order WHERE external_id LIKE 'new%'")
        number = cursor.fetchone()[0]
        cursor.execute(
            "CREATE TABLE bench_new AS SELECT customer_id FROM orders_order WHERE external_id LIKE 'new%'"
        )
        with timed() as adding:
            rollups.refresh(cursor, "bench_new")
        cursor.execute("DROP TABLE bench_new")
    with timed() as watch:
        followed = following.follow()
    if followed < number:
        raise RuntimeError(f"Of {number} customers who ordered {followed} were followed.")
    yield Result("scoring, new orders: adding up", number, adding.seconds)
    yield Result("scoring, new orders: scores and predictions", number, watch.seconds)


def _rival(work: "Work", path: Path) -> tuple[float, int]:
    """Seconds, and how many customers get other scores than we published."""
    apart(_keep, work, path)
    seconds, differences = json.loads(path.read_text(encoding="utf-8"))
    return seconds, differences


def _keep(work: "Work", path: Path) -> None:
    seconds, found = work(path)
    ours = _table("scoring_score")
    found = found[SCORES].sort_values("customer_id").reset_index(drop=True).astype("int64")
    differences = len(found) if len(found) != len(ours) else int((found != ours).any(axis=1).sum())
    path.write_text(json.dumps([seconds, differences]), encoding="utf-8")


def _bare(path: Path) -> tuple[float, Any]:
    with connection.cursor() as cursor:
        with timed() as watch:
            cursor.execute(BARE)
        found = _table("bench_bare_scores")
        cursor.execute("DROP TABLE bench_bare_scores")
    return watch.seconds, found


def _pandas(path: Path) -> tuple[float, Any]:
    with timed() as watch:
        orders = pd.read_csv(io.BytesIO(_copied()), header=None, names=["customer_id", "day", "money"])
        # Whole days and cents, so that both are exact.
        orders["day"] = pd.to_datetime(orders["day"]).astype("int64")
        orders["money"] = (orders["money"] * 100).round().astype("int64")
        bought = orders.groupby("customer_id").agg(
            recency=("day", "max"), frequency=("day", "nunique"), monetary=("money", "sum")
        )
        for name in SCORES[1:]:
            cuts = np.quantile(bought[name], [0.2, 0.4, 0.6, 0.8], method="inverted_cdf")
            bought[name] = 1 + np.searchsorted(cuts, bought[name])
    return watch.seconds, bought.reset_index()


def _duckdb(path: Path) -> tuple[float, Any]:
    file = path.with_suffix(".csv")
    with timed() as watch, duckdb.connect() as base:
        file.write_bytes(_copied())
        found = base.execute(DUCK.format(file=file)).df()
    return watch.seconds, found


def _copied() -> bytes:
    stream = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(COPIED, stream)
    return stream.getvalue()


def _table(name: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(SCORES)} FROM {name} ORDER BY customer_id")
        return pd.DataFrame(cursor.fetchall(), columns=SCORES).astype("int64")


Work = Callable[[Path], tuple[float, Any]]
RIVALS: dict[str, Work] = {"bare SQL": _bare, "pandas": _pandas, "DuckDB": _duckdb}
