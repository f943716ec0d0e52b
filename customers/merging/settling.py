"""After an undo: rows that had to wait for another of their like to leave find their place."""

from collections.abc import Collection, Iterable, Sequence

from django.db import IntegrityError, transaction

from customers.merging import chain, tables
from customers.merging.models import Merge, Move


def settle(customers: Collection[int]) -> None:
    """`customers` are those whose rows just moved."""
    waiting = Move.objects.exclude(left=[]).exclude(column="").order_by("pk").select_related("merge")
    # One row's place may be taken by another that waits itself.
    while any(_go_home(move) for move in waiting.all()) or _go_home_by_both_ends(waiting.all()):
        pass
    stayed = Move.objects.filter(merge__survivor__in=customers, merge__undone_at=None).exclude(rows=[])
    for move in stayed.exclude(column="").order_by("pk").select_related("merge"):
        _follow(move)


def _go_home(move: Move) -> bool:
    """What could not return when its merge was undone, because something like it was there."""
    merge, column = move.merge, tables.find(move.table, move.column)
    if column is None or Merge.objects.standing().filter(absorbed=merge.absorbed_id).exists():
        return False
    holders = [merge.survivor_id, *chain.above(merge.survivor_id)]
    rows = column.model._base_manager.filter(pk__in=move.left, **{f"{column.name}__in": holders})
    returned = tables.hand_over(column, rows, merge.absorbed_id)
    if returned:
        move.left = [pk for pk in move.left if pk not in returned]
        move.save(update_fields=["left"])
    return bool(returned)


def _go_home_by_both_ends(waiting: Iterable[Move]) -> bool:
    """Of a table of two customers: where either end alone would meet the like of the row, both may not."""
    ends: dict[tuple[str, int], list[Move]] = {}
    for move in waiting:
        for pk in move.left:
            ends.setdefault((move.table, pk), []).append(move)
    for (table, pk), moves in ends.items():
        if len({move.column for move in moves}) > 1 and _set_both(table, pk, moves):
            for move in moves:
                move.left = [other for other in move.left if other != pk]
                move.save(update_fields=["left"])
            return True
    return False


def _set_both(table: str, pk: int, moves: Sequence[Move]) -> bool:
    homes = {move.column: move.merge.absorbed_id for move in moves}
    column = tables.find(table, moves[0].column)
    if column is None or Merge.objects.standing().filter(absorbed__in=homes.values()).exists():
        return False
    places = {(table, name) for name in homes}
    attributes = {
        f"{one.name}_id": homes[one.column] for one in tables.columns() if (one.table, one.column) in places
    }
    try:
        with transaction.atomic():
            return bool(column.model._base_manager.filter(pk=pk).update(**attributes))
    except IntegrityError:
        return False


def _follow(move: Move) -> None:
    """What stayed behind because the survivor had the like, which has now left."""
    merge, column = move.merge, tables.find(move.table, move.column)
    if column is None:
        return
    top = chain.survivor_of(merge.absorbed_id)
    rows = column.rows_of(merge.absorbed_id).filter(pk__in=move.rows)
    if top and (moved := tables.hand_over(column, rows, top)):
        move.rows = [pk for pk in move.rows if pk not in moved]
        move.save(update_fields=["rows"])
        remember(merge, column, moved)


def remember(merge: Merge, column: tables.Column, pks: Collection[int]) -> None:
    """Rows that went straight to the top: each merge on the way returns them one step."""
    step: Merge | None = merge
    while step:
        move = step.moves.filter(table=column.table, column=column.column).first()
        move = move or Move(merge=step, table=column.table, column=column.column)
        move.pks = sorted({*move.pks, *pks})
        move.save()
        step = Merge.objects.standing().filter(absorbed=step.survivor_id).first()
