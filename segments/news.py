"""Which customers changed since we last looked, without anybody having told us.

Tables with a row per customer are asked which rows newer transactions wrote: that finds every edit, import
and merge, and costs one reading. Tables that only grow are asked for higher numbers. Apps above register
theirs in `AppConfig.ready()`:

    news.register(Grown("consent_consententry"))
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from segments import reading
from segments.bits import Ids

# Rows of transactions that were open when we last looked may have got lower numbers since.
STEP_BACK = 5_000
# The oldest transaction that is still open: whatever it writes, we have not seen.
YOUNGER = "age(new.xmin) <= age((%s::text::xid8)::xid)"
HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"


@dataclass(frozen=True)
class Rewritten:
    """A table of one row for each customer. A number of a transaction is newer the younger it is."""

    table: str
    customer: str = "customer_id"

    def since(self, marks: "Marks") -> tuple[str, list[Any]]:
        return f"SELECT {self.customer} FROM {self.table} AS new WHERE {YOUNGER}", [str(marks[""])]


@dataclass(frozen=True)
class Grown:
    """A table that only grows; `joined` leads to the row that names the customer."""

    table: str
    customer: str = "customer_id"
    joined: str = ""

    def since(self, marks: "Marks") -> tuple[str, list[Any]]:
        sql = f"SELECT {self.customer} FROM {self.table} AS new {self.joined} WHERE new.id > %s AND {YOUNGER}"
        return sql, [max(0, marks.get(self.table, 0) - STEP_BACK), str(marks[""])]


Source = Rewritten | Grown
Marks = dict[str, int]
_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    _sources[source.table] = source


def register_all() -> None:
    register(Rewritten("customers_customer", "id"))
    for table in ("orders_rollup", "fields_fieldvalues", "quality_quality", "tasks_lastcontact"):
        register(Rewritten(table))
    for table in ("timeline_entry", "orders_order", "segments_pick"):
        register(Grown(table))


def marks() -> Marks:
    """Where every table is now."""
    with connection.cursor() as cursor:
        cursor.execute(HORIZON)
        (horizon,) = cursor.fetchone()
        found = {"": int(horizon)}
        for table, source in _sources.items():
            if isinstance(source, Grown):
                cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
                (found[table],) = cursor.fetchone()
    return found


def changed(since: Marks) -> Ids:
    """The customers of whom something was written after `since`. A new table is read from its start."""
    return np.unique(np.concatenate([reading.ids(*source.since(since)) for source in _sources.values()]))
