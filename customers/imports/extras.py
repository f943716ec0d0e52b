"""Columns that apps above customers add to customer files, registered in `AppConfig.ready()`:

    extras.register(Extra("consent", columns, apply, needs=("consent", "edit")))

`apply(cursor, table, job)` runs once per chunk, in its transaction, when at least one of the columns is
mapped. `table` is a temporary table of the rows with news: line, customer_id, said_at (the moment
for which the row speaks) and one text column per field, empty where the cell is empty. It returns the ids of
the customers for whom anything changed, and must change nothing when it runs again over the same rows.

What `apply` writes about the customer itself carries the moment MOMENT, by which a later edit is told apart.
`tables` are those that `apply` writes, so that an import can be reverted: their rows are compared before and
after. `unlocks` names settings that a table's guard against deleting asks for. With `takes_policy`, people
choose per column what happens when values differ; `apply` finds their choice with `job.policy_of(column)`.
`may` is asked for each column where some are for few; `columns` may be a mapping that changes.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper

from crm.accounts.models import User
from crm.lib.columns import Column
from customers.imports.models import ImportJob
from customers.imports.tracing import Watched

# In SQL: the moment that everything in a chunk carries.
MOMENT = "current_setting('imports.moment')::timestamptz"

Apply = Callable[[CursorWrapper, str, ImportJob], Collection[int]]


@dataclass(frozen=True)
class Extra:
    key: str
    columns: Mapping[str, Column]
    apply: Apply
    needs: tuple[str, str] = ("customer", "edit")
    rows_at_once: int = 0  # a smaller chunk, for work that cannot take a whole one
    tables: Sequence[Watched] = ()
    unlocks: Sequence[str] = ()
    takes_policy: bool = False
    may: Callable[[User, str], bool] = lambda user, name: True


_extras: dict[str, Extra] = {}
_derived: set[str] = set()


def register(extra: Extra) -> None:
    _extras[extra.key] = extra


def columns_for(user: User) -> dict[str, Column]:
    """What the extra columns of `user` are: nobody writes by file what they may not write by hand."""
    return {
        name: column
        for extra in _extras.values()
        if user.may(*extra.needs)
        for name, column in extra.columns.items()
        if extra.may(user, name)
    }


def used(fields: Collection[str]) -> list[Extra]:
    return [extra for extra in _extras.values() if not extra.columns.keys().isdisjoint(fields)]


def with_policy() -> list[str]:
    """The columns for which people choose what happens when values differ."""
    return [name for extra in _extras.values() if extra.takes_policy for name in extra.columns]


def unlocks() -> list[str]:
    return [setting for extra in _extras.values() for setting in extra.unlocks]


def derives(*tables: str) -> None:
    """Rows of these tables follow from others and may be thrown away with their customer."""
    _derived.update(tables)


def derived() -> frozenset[str]:
    return frozenset(_derived)
