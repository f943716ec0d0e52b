"""The work of a learning: try the methods on held-out purchases, learn with the best from all, publish."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from crm.lib.copying import copy
from customers.orders.models import Rollup
from segments.facts import zone
from segments.leasing import Held
from segments.recommending import backtest, likeness, purchases, selling
from segments.recommending.backtest import Outcome, Report
from segments.recommending.likeness import Market, Neighbours
from segments.recommending.models import Figures, Learning, Neighbour
from segments.recommending.purchases import Purchases

NEIGHBOURS = ("product_id", "neighbour_id", "weight", "support", "share")
FIGURES = (
    *("product_id", "popularity", "trend", "recent", "gap_days", "repeat_share"),
    "last_sold_at",
)


def learn(held: Held[Learning]) -> None:
    began = time.monotonic()
    held.step(2)
    bought = purchases.load(held.as_of, Rollup.objects.filter(orders__gt=0).count())
    held.step(20)
    report = _tried(held, bought)
    market = Market(purchases.pairs(bought), bought.customers, len(bought.keys), _today(held.as_of))
    found = likeness.find(report.winner, market)
    held.step(85)
    with transaction.atomic(), connection.cursor() as cursor:
        for model in (Neighbour, Figures):
            cursor.execute(f"DELETE FROM {model._meta.db_table}")
        copy(cursor, Neighbour._meta.db_table, NEIGHBOURS, _neighbours(bought, found))
        copy(cursor, Figures._meta.db_table, FIGURES, _figures(bought, market))
        held.finish(
            method=report.winner,
            report=report.to_json() | {"share": bought.share, "pairs": len(found.weight)},
            customers=bought.customers,
            products=market.products,
            seconds=time.monotonic() - began,
        )
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {Neighbour._meta.db_table}, {Figures._meta.db_table}")


def _tried(held: Held[Learning], bought: Purchases) -> Report:
    report = Report(0, 0)
    for number, told in enumerate(backtest.try_all(bought)):
        if isinstance(told, Outcome):
            held.step(30 + 10 * number)
        else:
            report = told
    return report


def _today(as_of: datetime) -> int:
    day = as_of.astimezone(zone()).date()
    return (day - datetime(1970, 1, 1, tzinfo=UTC).date()).days


def _neighbours(bought: Purchases, found: Neighbours) -> Iterator[tuple[Any, ...]]:
    return zip(
        bought.keys[found.product].tolist(),
        bought.keys[found.neighbour].tolist(),
        found.weight.tolist(),
        found.support.tolist(),
        found.share.tolist(),
        strict=True,
    )


def _figures(bought: Purchases, market: Market) -> Iterator[tuple[Any, ...]]:
    for *columns, day in selling.figures(bought, market):
        yield (*columns, (datetime(1970, 1, 1, 12, tzinfo=UTC) + timedelta(days=day)).isoformat())
