"""Custom fields of customers that are joined: the survivor's own stay, gaps are filled, people may choose."""

from typing import Any

from crm.accounts.models import User
from customers.fields.models import FieldValues
from customers.fields.storing import FAMILY
from customers.merging import rules
from customers.merging.parting import later_rows
from customers.merging.rules import Joining, Parting, Rule
from customers.models import Customer
from customers.record import recording
from customers.record.models import Change


def register() -> None:
    rules.register(Rule("fields.fieldvalues", moves=False, join=join, part=part))


def join(joining: Joining) -> list[Any]:
    survivor = joining.survivor
    theirs = FieldValues.objects.filter(customer=joining.absorbed).first()
    mine = FieldValues.objects.filter(customer=survivor).first()
    values = mine.values if mine else {}
    taken = {
        key: value
        for key, value in (theirs.values if theirs else {}).items()
        if value != values.get(key) and _wins(joining, key, values)
    }
    if not taken:
        return []
    FieldValues.objects.update_or_create(customer=survivor, defaults={"values": values | taken})
    _note(survivor, {key: (values.get(key), value) for key, value in taken.items()}, by=joining.merge.by)
    return [{"before": {key: values.get(key) for key in taken}, "after": taken, "is_new": mine is None}]


def part(parting: Parting) -> None:
    for kept in parting.rows:
        before, after, is_new = kept["before"], kept["after"], kept["is_new"]
        _tell_later(kept, parting)
        for place, holder in enumerate(parting.holders):
            _put_back(holder, before, after, is_new=is_new)
            if place == len(parting.carried) or not parting.carried[place]:
                break
            # What of it the next holder took over, and what would stand there without.
            up = parting.carried[place][0]
            after = {key: value for key, value in after.items() if up["after"].get(key) == value}
            before = {key: up["before"].get(key) if before[key] is None else before[key] for key in after}
            is_new = up["is_new"]


def _tell_later(kept: dict[str, Any], parting: Parting) -> None:
    """A later merge must not bring back what came with this one."""
    left = dict(kept["after"])
    for move in later_rows(parting, "fields.fieldvalues"):
        for row in move.rows:
            # Whoever empties the row last removes it, if a merge had made it.
            row["is_new"] = row["is_new"] or kept["is_new"]
            same = [
                key for key, value in left.items() if key in row["before"] and row["before"][key] == value
            ]
            for key in same:
                row["before"][key] = kept["before"][key]
                del left[key]
        move.save(update_fields=["rows"])


def _put_back(holder: Customer, before: dict[str, Any], after: dict[str, Any], *, is_new: bool) -> None:
    """What nobody touched since. A row that the merge made goes again once nothing stands in it."""
    row = FieldValues.objects.filter(customer=holder).first()
    untouched = [key for key, value in after.items() if row and row.values.get(key) == value]
    if row is None or not untouched:
        return
    values = row.values | {key: before[key] for key in untouched}
    row.values = {key: value for key, value in values.items() if value is not None}
    if is_new and not row.values:
        row.delete()
    else:
        row.save()
    _note(holder, {key: (after[key], before[key]) for key in untouched}, by=None)


def _wins(joining: Joining, key: str, values: dict[str, Any]) -> bool:
    chosen = joining.winners.get(f"{FAMILY}.{key}")
    if chosen is not None:
        return chosen == joining.absorbed.pk
    return values.get(key) in (None, "", [])


def _note(customer: Customer, changes: dict[str, tuple[Any, Any]], *, by: User | None) -> None:
    customer.version += 1
    Customer.objects.filter(pk=customer.pk).update(version=customer.version)
    named = {f"{FAMILY}.{key}": both for key, both in changes.items()}
    recording.record(customer, named, by=by, source=Change.Source.MERGE)
