"""What the scores add up to, per cell, group and stage. Counted once per run, so that pages need not."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

from django.db import connection
from django.db.models import Count, Sum

from crm.accounts.models import User
from crm.lib.keeping import kept
from customers.models import Customer
from segments.scoring.models import Score, ScoringRun, Stage

# Seconds: a colleague's customers come and go, their scores change once a night.
KEPT = 15 * 60

# Recency, frequency, group, stage, customers, money.
Row = tuple[int, int, str, str, int, Decimal]
PROSPECTS = """
    SELECT count(*) FROM orders_rollup AS rollup WHERE orders = 0 AND NOT EXISTS (
        SELECT FROM customers_customer AS gone
        WHERE gone.id = rollup.customer_id AND gone.deleted_at IS NOT NULL)
"""


@dataclass
class Tally:
    """How many customers, and what they spent together."""

    customers: int = 0
    money: Decimal = Decimal(0)

    def add(self, customers: int, money: Decimal) -> None:
        self.customers += customers
        self.money += money

    @property
    def average(self) -> Decimal:
        return self.money / self.customers if self.customers else Decimal(0)


def _tallies() -> "defaultdict[str, Tally]":
    return defaultdict(Tally)


@dataclass
class Summary:
    """Cells are named by their recency and frequency scores, such as "54"."""

    total: Tally = field(default_factory=Tally)
    cells: "defaultdict[str, Tally]" = field(default_factory=_tallies)
    groups: "defaultdict[str, Tally]" = field(default_factory=_tallies)
    stages: "defaultdict[str, Tally]" = field(default_factory=_tallies)

    @classmethod
    def of(cls, rows: Iterable[Row], prospects: int) -> Self:
        made = cls()
        for recency, frequency, group, stage, customers, money in rows:
            for tally in (
                made.total,
                made.cells[f"{recency}{frequency}"],
                made.groups[group],
                made.stages[stage],
            ):
                tally.add(customers, money)
        made.stages[Stage.PROSPECT].add(prospects, Decimal(0))
        return made

    def to_json(self) -> dict[str, Any]:
        parts = {"cells": self.cells, "groups": self.groups, "stages": self.stages}
        return {"total": _plain(self.total)} | {
            name: {key: _plain(tally) for key, tally in tallies.items()} for name, tallies in parts.items()
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        made = cls()
        if stored:
            made.total.add(*_read(stored["total"]))
            for name in ("cells", "groups", "stages"):
                for key, value in stored[name].items():
                    getattr(made, name)[key].add(*_read(value))
        return made


def of_draft(table: str) -> Summary:
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT recency, frequency, "group", stage, count(*), sum(total) FROM {table}'
            " WHERE change <> 'gone' GROUP BY 1, 2, 3, 4"
        )
        rows: list[Row] = cursor.fetchall()
        cursor.execute(PROSPECTS)
        return Summary.of(rows, prospects=cursor.fetchone()[0])


def seen_by(user: User, run: ScoringRun) -> Summary:
    """The same for the customers that `user` may see, kept for some minutes."""
    key = f"scoring:{run.pk}:{user.reach('customer')}:{user.scope('score', 'view').name}"
    return Summary.from_json(kept(key, KEPT, lambda: _seen_by(user).to_json()))


def _seen_by(user: User) -> Summary:
    rows = (
        Score.objects.visible_to(user)
        .values_list("recency", "frequency", "group", "stage")
        .annotate(Count("pk"), Sum("customer__rollup__total"))
        .order_by()
    )
    prospects = Customer.objects.visible_to(user).filter(rollup__orders=0).count()
    return Summary.of(((*row[:5], row[5] or Decimal(0)) for row in rows), prospects)


def _plain(tally: Tally) -> list[Any]:
    return [tally.customers, str(tally.money)]


def _read(stored: list[Any]) -> tuple[int, Decimal]:
    return stored[0], Decimal(stored[1])
