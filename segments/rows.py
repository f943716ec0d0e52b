"""Facts that lie in rows of other tables: asked for one customer by a look into the table, and for everybody
by reading it once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Aggregate, Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.expressions import Combinable

from segments.facts import Fact, Group, Kind, Test, Text, start_of

Rows = Callable[[Test], "QuerySet[Any, Any]"]


@dataclass(frozen=True)
class Having:
    """Customers for whom there is a row. `customer` is the way from a row to its customer."""

    rows: Rows
    customer: str = "customer"

    def build(self, test: Test) -> Q:
        return Q(Exists(self.rows(test).filter(**{self.customer: OuterRef("pk")})))

    def ids(self, test: Test) -> QuerySet[Any, Any]:
        return self.rows(test).order_by().values(self.customer)


@dataclass(frozen=True)
class Repeated:
    """Customers with so many rows, or rows worth so much, in a span of time. `test.value` is a Window."""

    rows: Rows
    moment: str
    measure: Callable[[], Aggregate] = lambda: Count("pk")
    customer: str = "customer"

    def build(self, test: Test) -> Q:
        return Q(Exists(self._enough(self._within(test).filter(**{self.customer: OuterRef("pk")}), test)))

    def ids(self, test: Test) -> QuerySet[Any, Any]:
        return self._enough(self._within(test), test)

    def _within(self, test: Test) -> QuerySet[Any, Any]:
        rows, days = self.rows(test).order_by(), test.value.days
        if days is None:
            return rows
        return rows.filter(**{f"{self.moment}__gte": start_of(test.today - timedelta(days=days))})

    def _enough(self, rows: QuerySet[Any, Any], test: Test) -> QuerySet[Any, Any]:
        lookup = {"at_least": "measured__gte", "more_than": "measured__gt"}[test.operator]
        counted = rows.values(self.customer).annotate(measured=self.measure())
        enough: QuerySet[Any, Any] = counted.filter(**{lookup: test.value.number}).values(self.customer)
        return enough


def different(path: str) -> Callable[[], Aggregate]:
    return lambda: Count(path, distinct=True)


def total(value: str | Combinable) -> Callable[[], Aggregate]:
    return lambda: Sum(value)


def fact(key: str, label: Text, group: Group, kind: Kind, found: "Having | Repeated", **more: Any) -> Fact:
    return Fact(key, label, group, kind, found.build, ids=found.ids, **more)
