"""Works out predictions and publishes them at once: COPY into a draft, from there in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

from segments.predicting import copying, lapse, worth
from segments.predicting.fitting import Models
from segments.predicting.known import Floats, Known

# An aborted run leaves its draft behind; the next one removes it.
DRAFTS = "predicting_draft_"
# Amounts that are not known are NaN, whole numbers -1.
WHOLE = {"customer_id": "i8", "lapse_risk": "i2", "recent": "i4", "engagement": "i2", "reasons": "S6"}
AMOUNTS = ("expected_orders", "per_order", "value", "value_low", "value_high", "spent", "potential")
TYPES = WHOLE | dict.fromkeys(AMOUNTS, "f8")
SQL_TYPES = {"i8": "bigint", "i4": "integer", "i2": "smallint", "S6": "text", "f8": "float8"}
REMOVE = "DELETE FROM predicting_prediction"
# Who was joined with somebody meanwhile is worked out again in the next run.
INSERT = f"""
    INSERT INTO predicting_prediction
        (customer_id, lapse_risk, recent, engagement, reasons, {", ".join(AMOUNTS)})
    SELECT customer_id, nullif(lapse_risk, -1), nullif(recent, -1), engagement, replace(reasons, ' ', ''),
           {", ".join(f"round(nullif({name}, 'NaN')::numeric, 2)" for name in AMOUNTS)}
    FROM {{draft}} ON CONFLICT DO NOTHING
"""
SUMMARY = """
    SELECT count(*), count(*) FILTER (WHERE value IS NOT NULL), coalesce(sum(value), 0)::text,
           coalesce(sum(expected_orders), 0)::text, coalesce(sum(spent), 0)::text
    FROM predicting_prediction
"""
TENTHS = """
    SELECT least(lapse_risk / 10, 9), count(*), coalesce(sum(spent), 0)::text, coalesce(sum(value), 0)::text
    FROM predicting_prediction WHERE lapse_risk IS NOT NULL GROUP BY 1
"""


def predict(models: Models, ids: npt.NDArray[np.int64], known: Known, engagement: Floats) -> copying.Columns:
    bought = np.flatnonzero(known.days > 0)
    buyers = known.of(bought)
    active = models.lapse.active(buyers)
    found = worth.forecast(models.worth, buyers) if models.worth else worth.by_rule(buyers, active)
    columns: copying.Columns = {
        "customer_id": ids,
        "engagement": np.rint(engagement),
        "lapse_risk": _spread(len(ids), bought, np.rint(100 * (1 - active)), -1),
        "recent": _spread(len(ids), bought, buyers.quarter, -1),
        "reasons": np.full(len(ids), b" " * 6),
    }
    columns["reasons"][bought] = lapse.codes(models.lapse, buyers)
    amounts = {
        "expected_orders": found.orders,
        "per_order": found.per_order,
        "value": found.value,
        "value_low": found.low,
        "value_high": found.high,
        "spent": buyers.spent,
        "potential": found.spend - buyers.spent,
    }
    return columns | {name: _spread(len(ids), bought, one, np.nan) for name, one in amounts.items()}


@contextmanager
def draft(name: str, columns: copying.Columns) -> Iterator[str]:
    table = DRAFTS + name
    typed = ", ".join(f"{column} {SQL_TYPES[kind]}" for column, kind in TYPES.items())
    with connection.cursor() as cursor:
        drop_drafts()
        cursor.execute(f"CREATE UNLOGGED TABLE {table} ({typed})")
        try:
            copying.write(table, columns, TYPES)
            yield table
        finally:
            cursor.execute(f"DROP TABLE IF EXISTS {table}")


def publish(table: str, only: str = "") -> None:
    """Puts the draft in the place of everybody's predictions, or of those of the ids in the table `only`.

    The caller holds a transaction: readers see the old ones until it ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(REMOVE + (f" WHERE customer_id IN (SELECT customer_id FROM {only})" if only else ""))
        cursor.execute(INSERT.format(draft=table))
        if not only:
            cursor.execute("ANALYZE predicting_prediction")


def summary() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(SUMMARY)
        customers, buyers, value, orders, spent = cursor.fetchone()
        cursor.execute(TENTHS)
        tenths = {str(tenth): list(rest) for tenth, *rest in cursor.fetchall()}
    return {
        "customers": customers,
        "buyers": buyers,
        "value": value,
        "orders": orders,
        "spent": spent,
        "tenths": tenths,
    }


def drop_drafts() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables"
            " WHERE schemaname = current_schema() AND starts_with(tablename, %s)",
            [DRAFTS],
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(table)}")


def _spread(size: int, places: npt.NDArray[np.intp], values: Floats, otherwise: float) -> Floats:
    """The buyers' values among everybody's."""
    found = np.full(size, otherwise)
    found[places] = values
    return found
