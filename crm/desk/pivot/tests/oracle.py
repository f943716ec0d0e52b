"""The same numbers a second time: every row loaded, every dimension by Python, every table by pandas."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from customers.models import Customer
from customers.orders.models import Order, OrderLine
from customers.timeline.models import Entry

SHANGHAI = ZoneInfo("Asia/Shanghai")
Cells = dict[tuple[tuple[str, ...], str | None], float | None]
GONE = {"cancelled", "refunded"}


def frame(subject: str) -> pd.DataFrame:
    return pd.DataFrame(LOADERS[subject]())


def cells(subject: str, measure: str, rows: list[str], column: str) -> Cells:
    """All cells with their totals."""
    facts = frame(subject)
    only, value = MEASURES[subject, measure]
    facts = facts[facts.apply(only, axis=1)] if len(facts) else facts
    found: Cells = {}
    for length in range(len(rows) + 1):
        for has_column in {False, bool(column)}:
            keys = [*rows[:length], *([column] if has_column else [])]
            groups = facts.groupby(keys) if keys else [((), facts)]
            for key, part in groups:
                key = key if isinstance(key, tuple) else (key,)
                found[key[:length], key[length] if has_column else None] = value(part)
    return found if len(facts) else {}


def _times(moment: datetime) -> dict[str, str]:
    at = moment.astimezone(SHANGHAI)
    return {
        "day": at.date().isoformat(),
        "month": f"{at.year}-{at.month:02}",
        "quarter": f"{at.year}-Q{(at.month + 2) // 3}",
        "year": str(at.year),
        "weekday": str(at.isoweekday()),
        "hour": str(at.hour),
    }


def _person(customer: Customer) -> dict[str, str]:
    score = getattr(customer, "score", None)
    return {
        "customer": str(customer.pk),
        "kind": customer.kind,
        "city": customer.city,
        "source": customer.source,
        "gender": customer.gender,
        "team": str(customer.team_id or ""),
        "owner": str(customer.owner_id or ""),
        "stage": score.stage if score else "prospect",
        "group": score.group if score else "",
    }


def _customers() -> list[dict[str, Any]]:
    return [
        {**_person(one), **_times(one.created_at), "spent": one.rollup.total, "orders": one.rollup.orders}
        for one in Customer.objects.all()
    ]


def _order(one: Order) -> dict[str, Any]:
    return {
        **_person(one.customer),
        **_times(one.placed_at),
        "order": one.pk,
        "channel": one.channel,
        "status": one.status,
        "currency": one.currency,
        "net": one.amount - one.refunded,
        "refunded": one.refunded,
        "items": one.items,
    }


def _orders() -> list[dict[str, Any]]:
    return [_order(one) for one in Order.objects.select_related("customer")]


def _lines() -> list[dict[str, Any]]:
    return [
        {
            **_order(one.order),
            "category": one.product.category,
            "product": str(one.product_id),
            "line": one.amount,
            "quantity": one.quantity,
        }
        for one in OrderLine.objects.all()
    ]


def _touches() -> list[dict[str, Any]]:
    return [
        {
            **_person(one.customer),
            **_times(one.occurred_at),
            "channel": one.channel,
            "direction": one.direction,
            "touch": one.kind,
        }
        for one in Entry.objects.exclude(channel="staff")
    ]


LOADERS = {"customers": _customers, "orders": _orders, "lines": _lines, "touches": _touches}


def _all(row: Any) -> bool:
    return True


def _bought(row: Any) -> bool:
    return row["status"] not in GONE and row["currency"] == "CNY"


def _buyer(row: Any) -> bool:
    return bool(row["orders"] > 0)


def _sum(name: str) -> Callable[[pd.DataFrame], float]:
    return lambda part: float(sum(part[name], Decimal(0)))


def _mean(name: str) -> Callable[[pd.DataFrame], float]:
    return lambda part: float(sum(part[name], Decimal(0)) / len(part))


def _different(name: str) -> Callable[[pd.DataFrame], float]:
    return lambda part: float(part[name].nunique())


MEASURES: dict[tuple[str, str], tuple[Callable[[Any], bool], Callable[[pd.DataFrame], float]]] = {
    ("orders", "revenue"): (_bought, _sum("net")),
    ("orders", "orders"): (_all, len),
    ("orders", "average"): (_bought, _mean("net")),
    ("orders", "customers"): (_all, _different("customer")),
    ("orders", "refunded"): (lambda row: row["currency"] == "CNY" and row["refunded"] > 0, _sum("refunded")),
    ("orders", "items"): (_bought, _sum("items")),
    ("lines", "revenue"): (_bought, _sum("line")),
    ("lines", "quantity"): (_bought, _sum("quantity")),
    ("lines", "orders"): (_all, _different("order")),
    ("lines", "customers"): (_all, _different("customer")),
    ("customers", "customers"): (_all, len),
    ("customers", "spent"): (_buyer, _sum("spent")),
    ("customers", "average"): (_buyer, _mean("spent")),
    ("customers", "orders"): (_buyer, _sum("orders")),
    ("touches", "touches"): (_all, len),
    ("touches", "customers"): (_all, _different("customer")),
}
