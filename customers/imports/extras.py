"""Columns that apps above customers add to customer files, registered in `AppConfig.ready()`:

    extras.register(Extra("consent", columns, apply, needs=("consent", "edit")))

`apply(cursor, table, job)` runs once per chunk, in its transaction, when at least one of the columns is
mapped. `table` is a temporary table of the rows that say something new: line, customer_id and one text column
per field, empty where the cell is empty. It returns the ids of the customers for whom anything changed, and
must change nothing when it runs again over the same rows.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper

from crm.accounts.models import User
from crm.lib.columns import Column
from customers.imports.models import ImportJob

Apply = Callable[[CursorWrapper, str, ImportJob], Collection[int]]


@dataclass(frozen=True)
class Extra:
    key: str
    columns: Mapping[str, Column]
    apply: Apply
    needs: tuple[str, str] = ("customer", "edit")
    rows_at_once: int = 0  # a smaller chunk, for work that cannot take a whole one


_extras: dict[str, Extra] = {}


def register(extra: Extra) -> None:
    _extras[extra.key] = extra


def columns_for(user: User) -> dict[str, Column]:
    """What the extra columns of `user` are: nobody writes by file what they may not write by hand."""
    return {
        name: column
        for extra in _extras.values()
        if user.may(*extra.needs)
        for name, column in extra.columns.items()
    }


def used(fields: Collection[str]) -> list[Extra]:
    return [extra for extra in _extras.values() if not extra.columns.keys().isdisjoint(fields)]
