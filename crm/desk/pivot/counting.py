"""The numbers of a pivot: one statement groups what the colleague may see, totals and all.

The rows are a queryset like any other, so access, filters and joins are the ORM's; around it stands one GROUP
BY with grouping sets. Every value is a parameter, every name of a column is ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils.translation import gettext as _

from crm.desk.pivot import subjects
from crm.desk.pivot.asking import Layout, Question
from crm.lib.errors import Refused
from crm.lib.patience import at_most

MILLISECONDS = 8_000
# More groups than these are no table for people, and would fill our memory.
MOST_GROUPS = 200_000
# A small table comes of millions of rows: several processes add up parts of it, though the planner, who takes
# every moment for a group of its own, thinks it dear to hand them over.
HANDING_OVER = "SET LOCAL parallel_tuple_cost = 0.001; SET LOCAL parallel_setup_cost = 1000"
# No value that people write is this one.
OTHERS = "\x1f"

Path = tuple[str, ...]
Value = Decimal | int | float | None
# How a group is added up, and how the groups then make totals. Of different values all are kept till then.
AGGREGATES = {
    subjects.COUNT: ("count(*) AS part", "coalesce(sum(part), 0)::bigint"),
    subjects.DISTINCT: ("m AS part", "count(DISTINCT part)"),
    subjects.SUM: ("sum(m) AS part", "sum(part)"),
    subjects.AVERAGE: ("sum(m) AS part, count(m) AS number", "sum(part) / nullif(sum(number), 0)"),
}


@dataclass(frozen=True)
class Counted:
    """Cells by the keys of their row, outermost first, and of their column; None is the total."""

    cells: Mapping[tuple[Path, str | None], Value]

    def get(self, path: Path, column: str | None = None) -> Value:
        return self.cells.get((path, column))


def count(layout: Layout, *, kept: Mapping[int, Sequence[str]] | None = None) -> Counted:
    """Raises TooSlow. `kept` are the keys that a dimension keeps, by its place; all its others are one."""
    width, depth = len(layout.used), len(layout.rows)
    inner, parameters = _rows(layout)
    if inner is None:
        return Counted({})
    if kept is not None:
        inner, parameters = _folded(layout, inner, parameters, kept)
    names = ", ".join(f"d{place}" for place in range(width))
    keys = ", ".join(
        _key("" if kept is not None else one.form, place) for place, one in enumerate(layout.used)
    )
    parts, whole = AGGREGATES[layout.measure.kind]
    each = f"{names}, m" if layout.measure.kind == subjects.DISTINCT else names
    statement = f"""
        SELECT grouping({names}), {whole}, {keys}
        FROM (SELECT {names}, {parts} FROM ({inner}) AS facts GROUP BY {each}) AS groups
        GROUP BY GROUPING SETS ({_sets(depth, width)}) LIMIT {MOST_GROUPS + 1}
    """
    found = _run(statement, parameters)
    if len(found) > MOST_GROUPS:
        raise Refused(
            _("This table has more than %(most)s cells. Choose coarser rows or columns, or narrow it.")
            % {"most": f"{MOST_GROUPS:,}"}
        )
    return Counted({_place(bits, found_keys, depth, width): value for bits, value, *found_keys in found})


def total(question: Question) -> Value:
    """The number of one cell alone. Raises TooSlow."""
    inner, parameters = _compiled(question.rows().annotate(**_measured(question)), ["m"])
    if inner is None:
        return 0 if question.measure.kind != subjects.AVERAGE else None
    parts, whole = AGGREGATES[question.measure.kind]
    each = "GROUP BY m" if question.measure.kind == subjects.DISTINCT else ""
    groups = f"SELECT {parts} FROM ({inner}) AS facts {each}"
    [(value,)] = _run(f"SELECT {whole} FROM ({groups}) AS groups", parameters)
    return value if value is not None or question.measure.kind == subjects.AVERAGE else 0


def _rows(layout: Layout) -> tuple[str | None, tuple[Any, ...]]:
    names = {f"d{place}": one.value for place, one in enumerate(layout.used)}
    rows = layout.question.rows().annotate(**names, **_measured(layout.question))
    return _compiled(rows, [*names, "m"])


def _measured(question: Question) -> dict[str, Any]:
    return {"m": question.measure.value if question.measure.value is not None else subjects.ONE}


def _compiled(rows: Any, names: list[str]) -> tuple[str | None, tuple[Any, ...]]:
    try:
        sql, parameters = rows.values_list(*names).query.sql_with_params()
    except EmptyResultSet:
        return None, ()
    return sql, parameters


def _folded(
    layout: Layout, inner: str, parameters: tuple[Any, ...], kept: Mapping[int, Sequence[str]]
) -> tuple[str, tuple[Any, ...]]:
    """The same rows with their keys as text, where whatever is not kept is called OTHERS."""
    columns, more = [], []
    for place, one in enumerate(layout.used):
        key = _key(one.form, place)
        if place in kept:
            columns.append(f"CASE WHEN {key} = ANY(%s) THEN {key} ELSE %s END AS d{place}")
            more += [list(kept[place]), OTHERS]
        else:
            columns.append(f"{key} AS d{place}")
    return f"SELECT {', '.join(columns)}, m FROM ({inner}) AS plain", (*more, *parameters)


def _key(form: str, place: int) -> str:
    written = f"to_char(d{place}, '{form}')" if form else f"d{place}::text"
    return f"coalesce({written}, '')"


def _sets(depth: int, width: int) -> str:
    """Every row, every part of a row's path and nothing, each with and without the column."""
    columns = [[], [f"d{depth}"]] if width > depth else [[]]
    paths = [[f"d{place}" for place in range(length)] for length in range(depth + 1)]
    return ", ".join(f"({', '.join([*path, *column])})" for path in paths for column in columns)


def _place(bits: int, keys: Sequence[str], depth: int, width: int) -> tuple[Path, str | None]:
    """Where a group stands: a set bit says that a dimension was added up."""
    is_there = [not bits >> (width - 1 - place) & 1 for place in range(width)]
    path = tuple(keys[place] for place in range(depth) if is_there[place])
    return path, keys[depth] if width > depth and is_there[depth] else None


def _run(statement: str, parameters: Sequence[Any]) -> list[Any]:
    with at_most(MILLISECONDS), connection.cursor() as cursor:
        cursor.execute(HANDING_OVER)
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
