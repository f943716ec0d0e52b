"""From numbers to a table: which rows and columns, in what order, what becomes of the rest."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from crm.desk.pivot import counting
from crm.desk.pivot.asking import IN, MOST_COLUMNS, MOST_ROWS, Layout
from crm.desk.pivot.counting import OTHERS, Counted, Path, Value
from crm.desk.pivot.dimensions import Dimension

# Whoever asks for few columns' worth of rest gets a link to it; more keys do not fit into an address.
MOST_NAMED = 60


@dataclass(frozen=True)
class Table:
    """`names` of each dimension's keys by its place; `rest` are the keys that stay out of OTHERS."""

    layout: Layout
    counted: Counted
    rows: Sequence[Path]
    columns: Sequence[str]
    names: Sequence[Mapping[str, str]]
    rest: Mapping[int, Sequence[str]]
    left_out: int = 0

    def value(self, path: Path, column: str | None = None) -> Value:
        return self.counted.get(path, column)

    def share(self, path: Path, column: str | None = None) -> float | None:
        """The part of what the layout compares with; None where there is nothing to compare."""
        whole = {
            "row": self.value(path),
            "column": self.value((), column),
            "total": self.value(()),
        }.get(self.layout.share)
        value = self.value(path, column)
        return float(value) / float(whole) if whole and value is not None else None

    def name(self, place: int, key: str) -> str:
        return _("Others") if key == OTHERS else self.names[place].get(key, key)

    def label(self, path: Path) -> str:
        """What a row is called: its innermost key."""
        return self.name(len(path) - 1, path[-1]) if path else _("Total")

    def column_label(self, column: str) -> str:
        return self.name(len(self.layout.rows), column)


def table(layout: Layout) -> Table:
    """Asks the database and lays out what it says. Raises TooSlow."""
    counted = _filled(layout, counting.count(layout))
    depth = len(layout.rows)
    columns = _columns(layout, counted)
    firsts = [path[0] for path, column in counted.cells if len(path) == 1 and column is None]
    kept: dict[int, Sequence[str]] = {}
    most = layout.top or MOST_ROWS
    if len(firsts) > most:
        kept[0] = _largest(firsts, lambda key: counted.get((key,)), most)
    if len(columns) > MOST_COLUMNS:
        kept[depth] = _largest(columns, lambda key: counted.get((), key), MOST_COLUMNS - 1)
    if kept:
        counted = _fold(layout, counted, kept)
        columns = [one for one in columns if one in set(kept.get(depth, columns))]
        columns += [OTHERS] if depth in kept else []
    names = _names(layout, counted)
    rows = _rows(layout, counted, names)
    return Table(layout, counted, rows[:MOST_ROWS], columns, names, kept, max(0, len(rows) - MOST_ROWS))


def _filled(layout: Layout, counted: Counted) -> Counted:
    """Months in which nothing happened stand between the others."""
    more: dict[tuple[Path, str | None], Value] = {}
    first, column = layout.rows[0], layout.column
    rows = sorted(path[0] for path, one in counted.cells if len(path) == 1 and one is None)
    if first.between and rows:
        more |= {((key,), None): None for key in first.between(rows[0], rows[-1])}
    columns = sorted(one for path, one in counted.cells if not path and one is not None)
    if column and column.between and columns:
        more |= {((), key): None for key in column.between(columns[0], columns[-1])}
    return Counted({**more, **counted.cells})


def _fold(layout: Layout, counted: Counted, kept: Mapping[int, Sequence[str]]) -> Counted:
    """All that is not kept as one. What does not add up, such as different customers, is asked anew."""
    if not layout.measure.adds_up:
        return counting.count(layout, kept=kept)
    sums: dict[tuple[Path, str | None], Any] = defaultdict(int)
    rows, columns = set(kept.get(0, ())), set(kept.get(len(layout.rows), ()))
    for (path, column), value in counted.cells.items():
        if 0 in kept and path and path[0] not in rows:
            path = (OTHERS, *path[1:])
        if columns and column is not None and column not in columns:
            column = OTHERS
        sums[path, column] += value or 0
    return Counted(dict(sums))


def _columns(layout: Layout, counted: Counted) -> list[str]:
    if layout.column is None:
        return []
    keys = [column for path, column in counted.cells if not path and column is not None]
    return _in_order(layout.column, keys, lambda key: counted.get((), key))


def _names(layout: Layout, counted: Counted) -> list[dict[str, str]]:
    keys: list[set[str]] = [set() for _one in layout.used]
    for path, column in counted.cells:
        for place, key in enumerate(path):
            keys[place].add(key)
        if column is not None:
            keys[-1].add(column)
    return [dimension.name_all(found - {OTHERS}) for dimension, found in zip(layout.used, keys, strict=True)]


def _rows(layout: Layout, counted: Counted, names: Sequence[Mapping[str, str]]) -> list[Path]:
    """Each outer row, followed by those inside it."""
    children: dict[Path, list[str]] = defaultdict(list)
    for path, column in counted.cells:
        if path and column is None:
            children[path[:-1]].append(path[-1])

    def inside(parent: Path) -> Iterable[Path]:
        place = len(parent)
        if place == len(layout.rows):
            return
        for key in _sorted(layout, counted, parent, children[parent], names[place]):
            yield (*parent, key)
            yield from inside((*parent, key))

    return list(inside(()))


def _sorted(
    layout: Layout, counted: Counted, parent: Path, keys: list[str], names: Mapping[str, str]
) -> list[str]:
    word, falls = layout.sort.removeprefix("-"), layout.sort.startswith("-")
    dimension = layout.rows[len(parent)]
    if not word:
        found = _in_order(dimension, keys, lambda key: counted.get((*parent, key)))
    elif word == "name":
        is_natural = dimension.is_time or dimension.natural
        found = (
            _in_order(dimension, keys, None)
            if is_natural
            else sorted(keys, key=lambda key: names.get(key, key))
        )
        found = found[::-1] if falls else found
    else:
        column = word.removeprefix(IN) if word.startswith(IN) else None
        found = sorted(keys, key=lambda key: _weight(counted.get((*parent, key), column)), reverse=falls)
    # What is left over stands last, however much it is.
    return [key for key in found if key != OTHERS] + [key for key in found if key == OTHERS]


def _in_order(dimension: Dimension, keys: list[str], value: Callable[[str], Value] | None) -> list[str]:
    """Time as it passes, steps as they follow each other, all else from the largest."""
    if dimension.is_time or (value is None and not dimension.natural):
        return sorted(keys)
    if dimension.natural:
        places = {key: place for place, key in enumerate(dimension.natural)}
        return sorted(keys, key=lambda key: (places.get(key, len(places)), key))
    return _largest(keys, value, len(keys)) if value else keys


def _largest(keys: list[str], value: Callable[[str], Value], most: int) -> list[str]:
    return sorted(keys, key=lambda key: (-_weight(value(key)), key))[:most]


def _weight(value: Value) -> float:
    return float(value) if value is not None else 0.0
