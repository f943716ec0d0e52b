"""The history as it is read: the changes of one save together, newest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from crm.accounts.models import User
from customers.models import Customer
from customers.record import fields
from customers.record.clashes import Clash
from customers.record.models import Change


@dataclass(frozen=True)
class Line:
    """One field: what stood there, what was written, and, where it was asked for, what stands there now."""

    field: str
    label: str
    old: str
    new: str
    now: str = ""
    has_moved: bool = False
    may_undo: bool = True


@dataclass(frozen=True)
class Save:
    version: int
    at: datetime
    by: User | None
    source: str
    lines: Sequence[Line]
    may_undo: bool


@dataclass(frozen=True)
class Difference:
    """A clash in words, for the person who has to choose."""

    field: str
    label: str
    before: str
    theirs: str
    mine: str
    by: User | None
    at: datetime | None


def saves(changes: Iterable[Change], user: User, *, now_of: Customer | None = None) -> list[Save]:
    """`changes` come newest first, with `by`. `now_of` is the customer whose present values to show too."""
    rows = list(changes)
    now = {one.field: fields.current(now_of, one.field) for one in rows} if now_of else {}
    values = [(one.field, value) for one in rows for value in (one.old, one.new)]
    names = fields.names_of([*values, *now.items()], user)
    assigns = user.may("customer", "assign")
    return [_save(list(group), names, now, assigns=assigns) for _version, group in groupby(rows, _version_of)]


def differences(clashes: Iterable[Clash], user: User) -> list[Difference]:
    rows = list(clashes)
    names = fields.names_of(
        [(one.field, value) for one in rows for value in (one.before, one.theirs, one.mine)], user
    )
    return [
        Difference(
            one.field,
            str(fields.label(one.field)),
            before=fields.show(one.field, one.before, names),
            theirs=fields.show(one.field, one.theirs, names),
            mine=fields.show(one.field, one.mine, names),
            by=one.by,
            at=one.at,
        )
        for one in rows
    ]


def _version_of(change: Change) -> int:
    return change.version


def _save(rows: list[Change], names: fields.Names, now: dict[str, Any], *, assigns: bool) -> Save:
    first = rows[0]
    lines = [
        Line(
            one.field,
            str(fields.label(one.field)),
            fields.show(one.field, one.old, names),
            fields.show(one.field, one.new, names),
            fields.show(one.field, now.get(one.field), names) if now else "",
            has_moved=bool(now) and now[one.field] != one.new,
            may_undo=one.field != fields.DELETED and (assigns or one.field not in fields.HANDED_OVER),
        )
        for one in rows
    ]
    may_undo = all(line.may_undo for line in lines)
    return Save(first.version, first.at, first.by, first.get_source_display(), lines, may_undo)
