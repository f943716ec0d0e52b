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
Where = Callable[[Test], Q]
Measure = Callable[[Q], Aggregate]


@dataclass(frozen=True)
class Pool:
    """A large table: what several rules ask of it is asked in one reading."""

    rows: Callable[[], "QuerySet[Any, Any]"]
    customer: str = "customer"

    def asked(self, test: Test) -> QuerySet[Any, Any]:
        return _among(self.rows(), self.customer, test)


@dataclass(frozen=True)
class Share:
    """A question to a pool: whether what is measured reaches a number, in rows since a moment."""

    pool: Pool
    measure: Aggregate
    lookup: str
    number: Any
    since: Q | None


@dataclass(frozen=True)
class Having:
    """Customers for whom there is a row. `customer` is the way from a row to its customer."""

    rows: Rows
    customer: str = "customer"

    def build(self, test: Test) -> Q:
        return Q(Exists(self.rows(test).filter(**{self.customer: OuterRef("pk")})))

    def ids(self, test: Test) -> QuerySet[Any, Any]:
        return _among(self.rows(test), self.customer, test).values(self.customer)


@dataclass(frozen=True)
class Found:
    """Customers of whom a pool has such a row."""

    pool: Pool
    where: Where

    def build(self, test: Test) -> Q:
        return Q(Exists(self._rows(test).filter(**{self.pool.customer: OuterRef("pk")})))

    def ids(self, test: Test) -> QuerySet[Any, Any]:
        return _among(self._rows(test), self.pool.customer, test).values(self.pool.customer)

    def share(self, test: Test) -> Share:
        return Share(self.pool, Count("pk", filter=self.where(test)), "gte", 1, None)

    def _rows(self, test: Test) -> QuerySet[Any, Any]:
        return self.pool.rows().filter(self.where(test))


@dataclass(frozen=True)
class Repeated:
    """Customers with so many rows, or rows worth so much, in a span of time. `test.value` is a Window."""

    pool: Pool
    where: Where
    moment: str
    measure: Measure

    def build(self, test: Test) -> Q:
        own = self._within(test).filter(**{self.pool.customer: OuterRef("pk")})
        return Q(Exists(self._enough(own, test)))

    def ids(self, test: Test) -> QuerySet[Any, Any]:
        return self._enough(_among(self._within(test), self.pool.customer, test), test)

    def share(self, test: Test) -> Share:
        since = self._since(test)
        measure = self.measure(self.where(test) & since)
        return Share(self.pool, measure, LOOKUPS[test.operator], test.value.number, since or None)

    def _within(self, test: Test) -> QuerySet[Any, Any]:
        return self.pool.rows().order_by().filter(self.where(test) & self._since(test))

    def _since(self, test: Test) -> Q:
        days = test.value.days
        first = None if days is None else start_of(test.today - timedelta(days=days))
        return Q(**{f"{self.moment}__gte": first}) if first else Q()

    def _enough(self, rows: QuerySet[Any, Any], test: Test) -> QuerySet[Any, Any]:
        counted = rows.values(self.pool.customer).annotate(measured=self.measure(Q()))
        reached = {f"measured__{LOOKUPS[test.operator]}": test.value.number}
        enough: QuerySet[Any, Any] = counted.filter(**reached).values(self.pool.customer)
        return enough


def _among(rows: QuerySet[Any, Any], customer: str, test: Test) -> QuerySet[Any, Any]:
    """Only those rows that are of the customers asked about."""
    rows = rows.order_by()
    return rows if test.among is None else rows.filter(**{f"{customer}__in": test.among})


LOOKUPS = {"at_least": "gte", "more_than": "gt"}


def times(where: Q) -> Aggregate:
    return Count("pk", filter=where or None)


def different(path: str) -> Measure:
    return lambda where: Count(path, distinct=True, filter=where or None)


def total(value: str | Combinable) -> Measure:
    return lambda where: Sum(value, filter=where or None)


Question = Having | Found | Repeated


def fact(key: str, label: Text, group: Group, kind: Kind, found: Question, **more: Any) -> Fact:
    """A fact about such rows."""
    share = None if isinstance(found, Having) else found.share
    return Fact(key, label, group, kind, found.build, ids=found.ids, share=share, **more)
