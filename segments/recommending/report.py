"""The model card: which method is used, its figures beside best-sellers, what sells, what goes together."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Value
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.lib import charts
from crm.lib.charts import Chart, Series
from customers.orders.models import Product
from segments.recommending import services
from segments.recommending.models import Exclusion, Figures, Learning, Method, Neighbour
from segments.scoring.report import customers_with

BEST, PAIRS = 8, 8
HISTORY = 30
# A pair that few bought is an anecdote.
SUPPORT = 10
MOST_CATEGORIES, MOST_SUGGESTED = 100, 500


@dataclass(frozen=True)
class Row:
    """A method with its figures; `times` compares the first of them with best-sellers."""

    method: Method
    recall_new: float
    hits_new: float
    recall_all: float
    coverage: float
    is_used: bool
    times: float


def page(user: User) -> dict[str, Any]:
    learnings = Learning.objects.visible_to(user)
    done = list(learnings.done().order_by("-as_of")[:HISTORY])
    last = done[0] if done else None
    rows = methods(last) if last else []
    return {
        "last": last,
        "newest": learnings.order_by("-created_at").first(),
        "methods": rows,
        "used": next((row for row in rows if row.is_used), None),
        "history": _history(done),
        "best": _best() if last else [],
        "pairs": _pairs() if last else [],
        "exclusions": list(
            Exclusion.objects.visible_to(user).select_related("product", "created_by").order_by("pk")
        ),
        "catalogue": _catalogue(),
        "is_personal": services.is_personal(),
    }


def methods(learning: Learning) -> list[Row]:
    outcomes = {one["method"]: one for one in learning.report.get("outcomes", [])}
    base = outcomes.get(Method.POPULARITY, {}).get("recall_new", 0)
    names = ("recall_new", "hits_new", "recall_all", "coverage")
    return [
        Row(
            method,
            **{name: found[name] for name in names},
            is_used=learning.method == method,
            times=found["recall_new"] / base if base else 0,
        )
        for method in Method
        if (found := outcomes.get(method))
    ]


def buyers_of(sku: str) -> str:
    """The customers who bought it, in their list."""
    rule = {"match": "all", "rules": [{"fact": "orders.sku", "op": "any_of", "value": [sku]}]}
    return customers_with(rule=json.dumps(rule, ensure_ascii=False, separators=(",", ":")))


def _history(done: Sequence[Learning]) -> Chart | None:
    """Recall of the method in use beside best-sellers, learning by learning; `done` has the newest first."""
    newest = [one for one in reversed(done) if one.report.get("outcomes")]
    if len(newest) < 2:
        return None
    rows = [{row.method: row for row in methods(one)} for one in newest]
    used = [
        row[Method(one.method)].recall_new * 100 if one.method in row else 0
        for one, row in zip(newest, rows, strict=True)
    ]
    plain = [row[Method.POPULARITY].recall_new * 100 if Method.POPULARITY in row else 0 for row in rows]
    return charts.line(
        _("New products found, of 100 bought later"),
        [f"{one.as_of.month}/{one.as_of.day}" for one in newest],
        [Series(_("Method in use"), used), Series(str(Method.POPULARITY.label), plain, 0)],
        fmt=lambda value: f"{value:.1f}",
    )


def _best() -> list[dict[str, Any]]:
    rows = Figures.objects.select_related("product").order_by("-popularity")[:BEST]
    return [{"figures": row, "url": buyers_of(row.product.sku)} for row in rows]


def _pairs() -> list[dict[str, Any]]:
    """The strongest neighbours, each couple once."""
    rows = Neighbour.objects.filter(support__gte=SUPPORT).select_related("product", "neighbour")
    found, seen = [], set[frozenset[int]]()
    for row in rows.order_by("-weight", "pk")[: PAIRS * 4]:
        couple = frozenset((row.product_id, row.neighbour_id))
        if couple not in seen:
            seen.add(couple)
            found.append({"pair": row, "url": buyers_of(row.product.sku)})
    return found[:PAIRS]


def _catalogue() -> list[str]:
    """What the form for exclusions proposes: categories first."""
    categories = Product.objects.exclude(category="").values_list(Value(0), "category").distinct()
    names = Product.objects.order_by("name").values_list(Value(1), "name")
    offered = categories.order_by()[:MOST_CATEGORIES].union(names[:MOST_SUGGESTED], all=True)
    return [word for _place, word in sorted(offered)]
