"""Notes what a chunk does to rows that were there before, and which it makes, so that it can be taken back.

Tables are watched around the chunk's statements instead of noting in each of them: what they hold before and
after is compared. A watched customer is locked first, so that nobody else's edit slips into the comparison.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db import connection
from django.db.backends.utils import CursorWrapper

from customers.imports.models import ImportJob, Trace

# Rows in a pack. Packs are compressed as a whole, and must stay far below the size that a value may have.
PACK = 200

Span = tuple[int, int]


@dataclass(frozen=True)
class Watched:
    """A table, which of its columns an import may change, and how the rows of certain owners are found."""

    table: str
    columns: Sequence[str]
    of: str = "customer_id = ANY(%s)"
    key: str = "id"
    locks: bool = False

    @property
    def was(self) -> str:
        return f"import_was_{self.table}"


class Tracing:
    """The traces of one chunk."""

    def __init__(self, cursor: CursorWrapper, job: ImportJob, chunk: int, at: datetime) -> None:
        self.cursor, self.job, self.chunk, self.at = cursor, job, chunk, at
        self.watched: list[tuple[Watched, list[int]]] = []

    def watch(self, table: Watched, owners: Collection[int]) -> None:
        """Keeps what the table holds of `owners` until `compare`."""
        if not owners:
            return
        self.watched.append((table, sorted(owners)))
        lock = f"ORDER BY {table.key} FOR UPDATE" if table.locks else ""
        columns = ", ".join(_quoted(table.columns))
        chosen = f"{table.key} AS pk{', ' if columns else ''}{columns}"
        self.cursor.execute(f"DROP TABLE IF EXISTS {table.was}")
        self.cursor.execute(
            f"CREATE TEMPORARY TABLE {table.was} ON COMMIT DROP AS "
            f"SELECT {chosen} FROM {table.table} WHERE {table.of} {lock}",
            [sorted(owners)],
        )

    def compare(self) -> None:
        """Notes what became different since the tables were watched."""
        for table, owners in self.watched:
            self.cursor.execute(f"ANALYZE {table.was}")
            self._write_changed(table)
            self.cursor.execute(
                f"SELECT t.{table.key} FROM {table.table} AS t WHERE {table.of} "
                f"AND NOT EXISTS (SELECT 1 FROM {table.was} AS w WHERE w.pk = t.{table.key})",
                [owners],
            )
            self.made(table.table, [pk for (pk,) in self.cursor.fetchall()])
        self.watched = []

    def made(self, table: str, keys: Iterable[int]) -> None:
        """Rows that were not there before."""
        if found := spans(keys):
            Trace.objects.create(
                job=self.job, chunk=self.chunk, at=self.at, table=table, made=[list(one) for one in found]
            )

    def _write_changed(self, table: Watched) -> None:
        if not table.columns:
            return
        cells = " || ".join(
            f"CASE WHEN w.{name} IS DISTINCT FROM t.{name} THEN jsonb_build_object("
            f"'{column}', jsonb_build_array(w.{name}, t.{name})) ELSE '{{}}' END"
            for column, name in zip(table.columns, _quoted(table.columns), strict=True)
        )
        self.cursor.execute(
            f"""
            INSERT INTO {Trace._meta.db_table} (job_id, chunk, at, "table", made, changed, is_undone)
            SELECT %s, %s, %s, %s, '[]', jsonb_agg(jsonb_build_array(pk, cells) ORDER BY pk), false
            FROM (
                SELECT pk, cells, row_number() OVER (ORDER BY pk) / {PACK} AS pack
                FROM (
                    SELECT w.pk, {cells} AS cells
                    FROM {table.was} AS w JOIN {table.table} AS t ON t.{table.key} = w.pk
                ) AS compared
                WHERE cells <> '{{}}'
            ) AS differing
            GROUP BY pack
            """,
            [self.job.pk, self.chunk, self.at, table.table],
        )


def spans(keys: Iterable[int]) -> list[Span]:
    """Keys as runs without gaps: those drawn in one go are one run."""
    ordered = sorted(set(keys))
    if not ordered:
        return []
    gaps = [pair for pair in pairwise(ordered) if pair[1] != pair[0] + 1]
    starts = [ordered[0], *(after for _before, after in gaps)]
    ends = [*(before for before, _after in gaps), ordered[-1]]
    return list(zip(starts, ends, strict=True))


def _quoted(columns: Iterable[str]) -> list[str]:
    return [connection.ops.quote_name(column) for column in columns]
