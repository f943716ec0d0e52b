"""Taking a merge back: what moved goes home, values nobody touched since become what they were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from crm.accounts.models import User
from customers.matching.models import Pair
from customers.merging import chain, joining, rules, settling, surviving, tables
from customers.merging.models import Apart, Merge, Move
from customers.merging.previewing import Moving
from customers.models import Customer
from customers.record import fields, recording
from customers.record.models import Change
from customers.timeline.models import Entry


@dataclass(frozen=True)
class Since:
    """What happened after a merge. Undoing it leaves all of this with the survivor."""

    edited: Sequence[str]
    came: Sequence[Moving]
    later: Sequence[Merge]

    def __bool__(self) -> bool:
        return bool(self.edited or self.came or self.later)


def since(merge: Merge) -> Since:
    holders = [merge.survivor_id, *chain.above(merge.survivor_id)]
    made = Merge.objects.standing().filter(pk__gt=merge.pk).exclude(batch=merge.batch)
    later = made.filter(survivor__in=holders) | made.filter(absorbed__in=holders)
    edits = Change.objects.filter(customer__in=holders, at__gt=merge.at).exclude(source=Change.Source.MERGE)
    names = edits.exclude(field=fields.DELETED).order_by().values_list("field", flat=True).distinct()
    return Since(
        sorted(str(fields.label(name)) for name in names),
        _came(merge, holders[-1]),
        list(later.select_related("survivor", "absorbed").order_by("pk")),
    )


def _came(merge: Merge, holder: int) -> list[Moving]:
    """Rows that are newer than the merge, without those that later merges brought."""
    brought: dict[str, list[int]] = {}
    for table, pks in Move.objects.filter(merge__pk__gte=merge.pk).values_list("table", "pks"):
        brought.setdefault(table, []).extend(pks)
    found = []
    for column in tables.holding(holder):
        if not column.rule.is_listed or column.table not in merge.marks:
            continue
        rows = column.rows_of(holder).filter(pk__gt=merge.marks[column.table])
        rows = rows.exclude(pk__in=brought.get(column.table, []))
        if column.model is Entry:
            rows = rows.exclude(kind__startswith="customer.")
        if number := rows.count():
            found.append(Moving(column.label, column.model._meta.label_lower, number))
    return found


def part(merge: Merge, holders: Sequence[Customer], one: Customer, *, by: User | None) -> None:
    """`holders` are the survivor and whoever absorbed it since, all locked."""
    _show_again(one, by)
    for move in merge.moves.all():
        if move.column:
            _hand_back(move, holders, one.pk)
        elif rule_part := rules.of(move.table).part:
            carried = [_kept(holder, move.table) for holder in holders[:-1]]
            rule_part(rules.Parting(merge, holders, one, move.rows, carried))
    _put_back(merge, holders, by)
    apart = [Apart(one=holder, other=one, by=by) for holder in holders]
    Apart.objects.bulk_create(apart, ignore_conflicts=True)
    for holder in holders:
        joining.decide(holder, one, Pair.State.APART, by)


def _kept(absorbed: Customer, model: str) -> list[Any]:
    """What a rule kept when this holder became part of the next."""
    moves = Move.objects.filter(merge__absorbed=absorbed, merge__undone_at=None, table=model, column="")
    return [row for rows in moves.values_list("rows", flat=True) for row in rows]


def _hand_back(move: Move, holders: Sequence[Customer], home: int) -> None:
    column = tables.find(move.table, move.column)
    if column is None or not move.pks:
        return
    rows: QuerySet[Any] = column.model._base_manager.filter(pk__in=move.pks)
    rows = rows.filter(**{f"{column.name}__in": [one.pk for one in holders]})
    returned = set(tables.hand_over(column, rows, home))
    blocked = rows.exclude(pk__in=returned).values_list("pk", flat=True)
    move.left = sorted({*blocked, *settling.waiting_above(move)} - returned)
    move.save(update_fields=["left"])
    # A later merge carried them further. Undoing that one must not look for them any more.
    carried = Move.objects.filter(table=move.table, column=move.column, merge__pk__gt=move.merge_id)
    for other in carried.filter(merge__absorbed__in=holders, pks__overlap=list(returned)):
        other.pks = [pk for pk in other.pks if pk not in returned]
        other.save(update_fields=["pks"])


def _show_again(one: Customer, by: User | None) -> None:
    hidden = one.deleted_at
    one.deleted_at = one.deleted_by = None
    one.version += 1
    one.save(update_fields=["deleted_at", "deleted_by", "version", "updated_at"])
    recording.record(one, {fields.DELETED: (hidden, None)}, by=by, source=Change.Source.MERGE)


def _put_back(merge: Merge, holders: Sequence[Customer], by: User | None) -> None:
    """Values that still are what the merge made them, up the chain of those who took them over."""
    before, after = dict(merge.before), dict(merge.after)
    for place, holder in enumerate(holders):
        _write(holder, _restorable(holder, before, after), by)
        _tell_later(holder, merge, before, after)
        carrier = _carrier(holders, place)
        if carrier is None:
            return
        before, after = _one_step_up(carrier, before, after)


def _restorable(holder: Customer, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    for name in after:
        if name == "tags":
            taken = set(after[name]) - set(before[name])
            left = [tag for tag in holder.tags if tag not in taken]
            wanted[name] = before[name] if set(left) == set(before[name]) else left
        # Half an address of one and half of the other would be nobody's.
        elif all(_current(holder, each) == after[each] for each in surviving.unit_of(name) if each in after):
            wanted[name] = before[name]
    return wanted


def _write(holder: Customer, wanted: Mapping[str, Any], by: User | None) -> None:
    changes = {name: (_current(holder, name), value) for name, value in wanted.items()}
    for name, value in wanted.items():
        setattr(holder, f"{name}_id" if name in fields.RELATIONS else name, _loaded(name, value))
    holder.version += bool(wanted)
    holder.save(update_fields=[*wanted, "version", "updated_at"])
    told = {name: both for name, both in changes.items() if name not in joining.UNTOLD}
    recording.record(holder, told, by=by, source=Change.Source.MERGE)


def _tell_later(holder: Customer, merge: Merge, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """A later merge into the same customer must not bring back what came with this one."""
    left = {name: value for name, value in after.items() if name != "tags"}
    for other in Merge.objects.standing().filter(survivor=holder, pk__gt=merge.pk).order_by("pk"):
        same = [name for name, value in left.items() if name in other.before and other.before[name] == value]
        for name in same:
            other.before[name] = before[name]
            del left[name]
        if same:
            other.save(update_fields=["before"])


def later_rows(parting: rules.Parting, model: str) -> QuerySet[Move]:
    """What rules kept of this table in later merges into the same customers."""
    later = Move.objects.filter(merge__survivor__in=parting.holders, merge__pk__gt=parting.merge.pk)
    return later.filter(merge__undone_at=None, table=model, column="").order_by("merge")


def _carrier(holders: Sequence[Customer], place: int) -> Merge | None:
    """The merge by which this holder became part of the next."""
    return Merge.objects.standing().filter(absorbed=holders[place]).first()


def _one_step_up(
    carrier: Merge, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What of the values went on with the next merge, and what would stand there without the first."""
    went = {name: value for name, value in after.items() if carrier.after.get(name) == value}
    instead = {name: before[name] or carrier.before[name] for name in went if name != "tags"}
    if "tags" in after and "tags" in carrier.after:
        taken = set(after["tags"]) - set(before["tags"]) - set(carrier.before["tags"])
        went["tags"] = carrier.after["tags"]
        instead["tags"] = [tag for tag in carrier.after["tags"] if tag not in taken]
    carrier.after |= instead
    carrier.save(update_fields=["after"])
    return instead, went


def _current(holder: Customer, name: str) -> Any:
    return fields.current(holder, name)


def _loaded(name: str, stored: Any) -> Any:
    if name == "created_at":
        return parse_datetime(stored)
    if name in fields.RELATIONS:
        there = stored is not None and fields.RELATIONS[name]._default_manager.filter(pk=stored).exists()
        return stored if there else None
    return fields.load(name, stored)
