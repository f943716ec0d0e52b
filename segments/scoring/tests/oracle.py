"""The same scores computed a second way: pandas, whole days, plain rules."""

from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from customers.orders.models import Rollup
from segments.scoring.groups import OF_CELL

SHANGHAI = ZoneInfo("Asia/Shanghai")


def scores(as_of: datetime) -> dict[int, tuple[int, int, int, str, str]]:
    rows = Rollup.objects.filter(orders__gt=0, customer__deleted_at=None).values()
    table = pd.DataFrame(list(rows))
    if table.empty:
        return {}
    today = as_of.astimezone(SHANGHAI).date()

    def days_since(moment: datetime) -> int:
        return max(0, (today - moment.astimezone(SHANGHAI).date()).days)

    table["since"] = [days_since(moment) for moment in table["last_order_at"]]
    table["since_first"] = [days_since(moment) for moment in table["first_order_at"]]
    table["r"] = score([-days for days in table["since"]])
    table["f"] = score(list(table["days"]))
    table["m"] = score(list(table["total"]))
    return {row["customer_id"]: _of(row) for _, row in table.iterrows()}


def cutoffs(values: list[Any]) -> list[Any]:
    """The smallest value that at least this share of all values does not exceed."""
    ordered = sorted(values)
    return [ordered[ceil(Decimal(part) * len(ordered)) - 1] for part in ("0.2", "0.4", "0.6", "0.8")]


def score(values: list[Any]) -> list[int]:
    cuts = cutoffs(values)
    return [1 + sum(cut < value for cut in cuts) for value in values]


def _of(row: Any) -> tuple[int, int, int, str, str]:
    r, f, m = int(row["r"]), int(row["f"]), int(row["m"])
    return r, f, m, str(OF_CELL[r, ceil((f + m) / 2)].value), stage(row)


def stage(row: Any) -> str:
    for name, days in (("lost", 730), ("dormant", 365), ("risk", 180)):
        if row["since"] > days:
            return name
    if row["since_first"] <= 60 and row["days"] <= 1:
        return "new"
    return "loyal" if row["days"] >= 4 else "active"
