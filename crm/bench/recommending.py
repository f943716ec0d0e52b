"""Recommendations: what they find of real later purchases beside best-sellers and `implicit`, and their pace.

The real data are Online Retail's (UCI 352), learnt before 1 October 2011 and tried on what was bought after.
`implicit` is no requirement: `pip install implicit` beside the others measures it.
"""

import http.client
import os
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection
from django.utils import timezone
from pyarrow import parquet

from crm.accounts.policy import Role
from crm.api import services
from crm.bench import filling
from crm.bench.api import FASTEST, HOST, web
from crm.bench.harness import Baseline, Result, bench, milliseconds, say, spread, throughput, timed
from crm.bench.running import fill
from customers.orders.models import Rollup
from segments.recommending import backtest, purchases, running
from segments.recommending.backtest import Outcome, Trial
from segments.recommending.models import Learning

RETAIL = Path(
    os.environ.get(
        "RETAIL", settings.BASE_DIR / "../shared/data/online_retail/uci_online_retail_sales.parquet"
    )
)
EPOCH = date(1970, 1, 1).toordinal()
CUT = date(2011, 10, 1).toordinal() - EPOCH
ASKED = 1_000
BUYERS = """
    SELECT customer_id FROM orders_rollup JOIN customers_customer AS customer ON customer.id = customer_id
    WHERE orders > 0 AND deleted_at IS NULL AND NOT restricted ORDER BY random() LIMIT %s
"""
# Factors, regularisation and confidence of the settings of ALS that are tried; the best counts.
ALS = ((64, 0.05, 1.0), (64, 0.05, 20.0), (128, 0.1, 1.0), (32, 0.05, 10.0))


@bench("recommending", rows=1_000_000)
def recommending(rows: int) -> Iterator[Result]:
    fill(rows)
    yield from _learnt(rows)
    yield from _asked(rows)
    if RETAIL.exists():
        yield from _found()
    else:
        say("Online Retail is not there.")


def _found() -> Iterator[Result]:
    trial = Trial(_retail(), CUT)
    sellers = np.asarray(trial.market.buyers)
    yield _result(trial, "best-sellers of all time", lambda: _plain(trial, sellers))
    for method in backtest.methods(trial.market.products):
        yield _result(trial, f"ours, {method.value}", partial(trial.outcome, method))
    if find_spec("implicit"):
        yield max(_als(trial), key=lambda one: one.recall_new or 0)
    else:
        say("implicit is not installed.")


def _result(trial: Trial, name: str, judge: Callable[[], Outcome]) -> Result:
    with timed() as watch:
        told = judge()
    return Result(
        f"online retail, {name}",
        len(trial.people),
        seconds=watch.seconds,
        recall_new=told.recall_new,
        recall_all=told.recall_all,
        coverage=told.coverage,
    )


def _plain(trial: Trial, sellers: Any) -> Outcome:
    return trial.judge("plain", lambda people: np.tile(sellers, (len(people), 1)), own_first=False)


def _als(trial: Trial) -> Iterator[Result]:
    from implicit.als import AlternatingLeastSquares

    bought = trial.market.bought
    for factors, regularisation, alpha in ALS:
        model = AlternatingLeastSquares(
            factors=factors, regularization=regularisation, alpha=alpha, random_state=7, num_threads=2
        )

        def judge(model: Any = model) -> Outcome:
            model.fit(bought, show_progress=False)
            return trial.judge(
                "als", lambda people: model.user_factors[people] @ model.item_factors.T, own_first=False
            )

        yield _result(trial, "implicit ALS, best of 4", judge)


def _retail() -> purchases.Purchases:
    columns = ["CustomerID", "StockCode", "InvoiceDate", "UnitPrice"]
    table = parquet.read_table(RETAIL, columns=columns).to_pandas()
    table = table[(table.CustomerID > 0) & (table.UnitPrice > 0)]
    days = table.InvoiceDate.str[:10]
    numbers = {day: date.fromisoformat(day).toordinal() - EPOCH for day in days.unique()}
    codes = table.StockCode.astype("category").cat.codes
    known = (table.CustomerID, codes, days.map(numbers))
    return purchases.numbered(*(column.to_numpy().astype(np.int64) for column in known))


def _learnt(rows: int) -> Iterator[Result]:
    """Against reading the same purchases and doing nothing with them."""
    with timed() as bare:
        purchases.load(timezone.now(), Rollup.objects.filter(orders__gt=0).count())  # no customer data
    queued = running.queue(by=None)
    if queued is None:
        raise RuntimeError("A learning is under way in this database.")
    with timed() as watch:
        running.run(queued.pk)
    learning = Learning.objects.get(pk=queued.pk)
    say(f"Learnt from {learning.customers:,} customers, {learning.products:,} products: {learning.method}.")
    against = Baseline("reading the purchases", rows / bare.seconds)
    yield throughput("recommending, learning", rows, watch.seconds, "customers/s", against)


def _asked(rows: int) -> Iterator[Result]:
    """Through the API, of customers as they come, on one lasting connection."""
    user = filling.colleague(Role.OPERATIONS)
    secret = services.create(user, "Bench", ["orders:read"], days=1, per_minute=FASTEST, by=user).secret
    with connection.cursor() as cursor:
        cursor.execute(BUYERS, [ASKED])
        keys = [key for (key,) in cursor.fetchall()]
    with web() as port:
        line = http.client.HTTPConnection(HOST, port)
        ask = partial(_ask, line, {"Authorization": f"Bearer {secret}"})
        for key in keys[:20]:
            ask(key)
        waits = [milliseconds(partial(ask, key)) for key in keys]
        line.close()
    p50, p95 = spread(waits)
    yield Result("recommending, one customer by the API", rows, p50_ms=p50, p95_ms=p95)


def _ask(line: http.client.HTTPConnection, headers: dict[str, str], key: int) -> None:
    line.request("GET", f"/api/v1/customers/{key}/recommendations", headers=headers)
    answer = line.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"The API answered {answer.status}: {content[:500]!r}")
