"""Every table that hangs on a customer, found in the models themselves, and handing its rows over."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, ForeignKey, Model, OuterRef, Q, QuerySet, UniqueConstraint, Value
from django.db.models.functions import Greatest, Least
from django.utils.text import capfirst

from customers.merging import rules
from customers.merging.rules import Rule
from customers.models import Customer


@dataclass(frozen=True)
class Column:
    """A foreign key to the customer."""

    model: type[Model]
    name: str

    @property
    def rule(self) -> Rule:
        return rules.of(self.model._meta.label_lower)

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def column(self) -> str:
        return str(self.model._meta.get_field(self.name).column)  # type: ignore[union-attr]

    @property
    def is_key(self) -> bool:
        return self.model._meta.pk.name == self.name

    @property
    def moves(self) -> bool:
        return self.rule.moves and not self.is_key

    @property
    def label(self) -> str:
        return capfirst(str(self.model._meta.verbose_name_plural))

    def rows_of(self, customer: int) -> "QuerySet[Any]":
        return self.model._base_manager.filter(**{self.name: customer})


@cache
def columns() -> list[Column]:
    return sorted(_found(), key=lambda one: (one.table, one.name))


def moving() -> list[Column]:
    return [one for one in columns() if one.moves]


def holding(*customers: int) -> list[Column]:
    """The tables in which these customers have rows, asked of all at once: they are few of the many."""
    every = moving()
    asked = [
        f'SELECT {place} WHERE EXISTS (SELECT 1 FROM "{one.table}" WHERE "{one.column}" = ANY(%(customers)s))'
        for place, one in enumerate(every)
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked), {"customers": list(customers)})
        return [every[place] for (place,) in sorted(cursor.fetchall())]


def movable(column: Column, rows: "QuerySet[Any]", target: int) -> "QuerySet[Any]":
    """Those of the rows that may become the target's: no unique constraint would be broken."""
    if column.rule.movable:
        return column.rule.movable(rows, column.name, target)
    if column.model is Customer:
        return rows.exclude(pk=target)
    for names, condition in _unique(column):
        others = {name: OuterRef(name) for name in names if name != column.name}
        held = column.rows_of(target).filter(condition, **others).exclude(pk=OuterRef("pk"))
        rows = rows.exclude(Exists(held) & condition if condition else Exists(held))
    return rows


def between(one: str, other: str, *same: str) -> rules.Narrow:
    """For a table of two customers, told once in whichever direction: nobody is paired with themselves."""

    def narrowed(rows: "QuerySet[Any]", column: str, target: int) -> "QuerySet[Any]":
        partner = other if column == one else one
        ends = OuterRef(partner), Value(target)
        held = rows.model._base_manager.annotate(low=Least(one, other), high=Greatest(one, other))
        held = held.filter(low=Least(*ends), high=Greatest(*ends), **{name: OuterRef(name) for name in same})
        return rows.exclude(**{partner: target}).exclude(Exists(held.exclude(pk=OuterRef("pk"))))

    return narrowed


def hand_over(column: Column, rows: "QuerySet[Any]", target: int) -> list[int]:
    """In one statement. Returns the keys of the rows."""
    key = column.model._meta.pk.column
    try:
        chosen, params = movable(column, rows, target).order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{column.table}" SET "{column.column}" = %s WHERE "{key}" IN ({chosen})'
            f' RETURNING "{key}"',
            [target, *params],
        )
        return sorted(pk for (pk,) in cursor.fetchall())


def marks() -> dict[str, int]:
    """The newest row of every table, in one round trip."""
    newest = [
        f'SELECT \'{table}\', max("{key}") FROM "{table}"'
        for table, key in sorted({(one.table, one.model._meta.pk.column) for one in moving()})
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(newest))
        return {table: pk or 0 for table, pk in cursor.fetchall()}


def find(table: str, column: str) -> Column | None:
    return next((one for one in columns() if (one.table, one.column) == (table, column)), None)


def _found() -> Iterator[Column]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, ForeignKey) and field.related_model is Customer and model._meta.managed:
                yield Column(model, field.name)


def _unique(column: Column) -> Iterator[tuple[Collection[str], Q]]:
    options = column.model._meta
    for one in options.constraints:
        if isinstance(one, UniqueConstraint) and column.name in one.fields:
            yield one.fields, one.condition or Q()
    for names in options.unique_together:
        if column.name in names:
            yield names, Q()
    field = options.get_field(column.name)
    if getattr(field, "unique", False) and not column.is_key:
        yield (column.name,), Q()
