"""Merges as people read them: who was joined, why, what went along, and what taking them back would do."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from crm.accounts.models import User
from customers.merging import chain, surviving, tables
from customers.merging.models import Merge, MergeQuerySet
from customers.merging.previewing import Moving
from customers.models import Customer
from customers.record import fields


@dataclass(frozen=True)
class Line:
    """A value that the survivor took over."""

    label: str | Promise
    before: str
    after: str
    now: str

    @property
    def has_moved(self) -> bool:
        return self.now != self.after


@dataclass(frozen=True)
class Story:
    merge: Merge
    lines: Sequence[Line]
    moved: Sequence[Moving]


def merges_of(customer: Customer) -> MergeQuerySet:
    """Every merge by which this customer became what it is, also into those it absorbed later."""
    rows = Merge.objects.filter(survivor__in=chain.members(customer.pk))
    return rows.select_related("survivor", "absorbed", "by", "undone_by").order_by("-pk")


def story(merge: Merge, user: User) -> Story:
    holder = Customer.objects.get(pk=chain.survivor_of(merge.survivor_id) or merge.survivor_id)
    return Story(merge, _lines(merge, holder, user), _moved(merge))


def _lines(merge: Merge, holder: Customer, user: User) -> list[Line]:
    told = [name for name in merge.after if name in fields.WRITTEN]
    now = {name: fields.current(holder, name) for name in told}
    stored = [(name, side[name]) for side in (merge.before, merge.after, now) for name in told]
    names = fields.names_of(stored, user)
    order = [name for unit in surviving.UNITS for name in unit]
    return [
        Line(
            fields.label(name),
            *(fields.show(name, side[name], names) for side in (merge.before, merge.after, now)),
        )
        for name in sorted(told, key=order.index)
    ]


def _moved(merge: Merge) -> list[Moving]:
    counted: dict[str, Moving] = {}
    for move in merge.moves.exclude(column=""):
        column = tables.find(move.table, move.column)
        if column is None or not column.rule.is_listed:
            continue
        before = counted.get(move.table)
        counted[move.table] = Moving(
            column.label,
            column.model._meta.label_lower,
            len(move.pks) + (before.moves if before else 0),
            len(move.rows) + (before.stays if before else 0),
        )
    return sorted(counted.values(), key=lambda one: -one.moves)
