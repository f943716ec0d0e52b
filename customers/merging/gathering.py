"""Rows that reached an absorbed customer late: their writer had read its number before the merge."""

from datetime import timedelta

from django.utils import timezone

from customers.merging import chain, locking, rules, settling, tables
from customers.merging.models import Merge

# Nobody holds a number longer than this before writing with it.
LATE = timedelta(minutes=20)


def sweep() -> None:
    """Hands them to the survivor. Undoing the merge returns them with the others."""
    lately = Merge.objects.standing().filter(at__gt=timezone.now() - LATE).order_by("pk")
    absorbed = list(lately.values_list("absorbed", flat=True))
    late = {pk for column in tables.moving() for pk in _holders(column, absorbed)} if absorbed else set()
    for merge in lately.filter(absorbed__in=late):
        gather(merge)


def gather(merge: Merge) -> None:
    locking.patiently(lambda: _gather(merge.pk))


def _holders(column: tables.Column, absorbed: list[int]) -> set[int]:
    rows = column.model._base_manager.filter(**{f"{column.name}__in": absorbed}).order_by()
    return set(rows.values_list(column.name, flat=True).distinct())


def _gather(pk: int) -> None:
    merge = Merge.objects.standing().filter(pk=pk).first()
    if merge is None:
        return
    above = chain.above(merge.absorbed_id)
    locking.lock([merge.absorbed_id, *above])
    if chain.above(merge.absorbed_id) != above:
        raise locking.Again
    known = {(one.table, one.column): one for one in merge.moves.exclude(column="")}
    moved = False
    for column in tables.holding(merge.absorbed_id):
        move = known.get((column.table, column.column))
        late = column.rows_of(merge.absorbed_id).exclude(pk__in=move.rows if move else [])
        if pks := tables.hand_over(column, late, above[-1]):
            moved = True
            settling.remember(merge, column, pks)
    if moved:
        for rule in rules.all_rules():
            if rule.refresh:
                rule.refresh([merge.absorbed_id, *above])
