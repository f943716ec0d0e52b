"""After an undo: rows that had to wait for another of their like to leave find their place."""

from collections.abc import Collection, Iterable, Sequence

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

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
    places = places_of(move, move.left)
    rows = column.model._base_manager.filter(pk__in=move.left, **{f"{column.name}__in": places})
    returned = tables.hand_over(column, rows, merge.absorbed_id)
    if returned:
        _is_home(move, returned, places)
    return bool(returned)


def places_of(move: Move, pks: Collection[int]) -> list[int]:
    """Where these rows may be: with the survivor, with whoever absorbed it since, and where they wait because
    the way back from a later merge is blocked."""
    places = [move.merge.survivor_id, *chain.above(move.merge.survivor_id)]
    for later in _later(move).filter(left__overlap=list(pks)).select_related("merge"):
        if later.merge.absorbed_id in places:
            places += [later.merge.survivor_id, *chain.above(later.merge.survivor_id)]
    return places


def waiting_above(move: Move) -> list[int]:
    """Rows of the move that wait where a later merge took them."""
    lefts = _later(move).filter(left__overlap=move.pks).values_list("left", flat=True)
    return sorted({pk for left in lefts for pk in left} & set(move.pks))


def _later(move: Move) -> QuerySet[Move]:
    same = Move.objects.filter(table=move.table, column=move.column, merge__pk__gt=move.merge_id)
    return same.exclude(merge__undone_at=None).order_by("merge")


def _is_home(move: Move, pks: Collection[int], places: Collection[int]) -> None:
    """They wait no longer, and no later merge that had carried them further takes them back with it."""
    for one in [move, *_later(move).filter(left__overlap=list(pks))]:
        one.left = [pk for pk in one.left if pk not in pks]
        one.save(update_fields=["left"])
    same = Move.objects.filter(table=move.table, column=move.column, merge__pk__gt=move.merge_id)
    for other in same.filter(merge__absorbed__in=places, pks__overlap=list(pks)):
        other.pks = [pk for pk in other.pks if pk not in pks]
        other.save(update_fields=["pks"])


def _go_home_by_both_ends(waiting: Iterable[Move]) -> bool:
    """Of a table of two customers: where either end alone would meet the like of the row, both may not."""
    ends: dict[tuple[str, int], list[Move]] = {}
    for move in waiting:
        for pk in move.left:
            ends.setdefault((move.table, pk), []).append(move)
    for (table, pk), moves in ends.items():
        if len({move.column for move in moves}) > 1 and _set_both(table, pk, moves):
            for move in moves:
                _is_home(move, [pk], places_of(move, [pk]))
            return True
    return False


def _set_both(table: str, pk: int, moves: Sequence[Move]) -> bool:
    homes: dict[str, int] = {}
    for move in moves:  # the earliest merge took it from home, later ones only carried it on
        homes.setdefault(move.column, move.merge.absorbed_id)
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
