"""Rows into PostgreSQL by COPY, made while they are sent: the server stores while Python makes more."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from django.db.backends.utils import CursorWrapper

BUFFER = 1 << 16
# Nothing in these needs quotes inside an array literal.
BARE = re.compile(r'[^\s{}"\\]*')


def copy(
    cursor: CursorWrapper,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    nullable: Collection[str] = (),
) -> None:
    """Appends `rows` to `table`. None is NULL in the `nullable` columns; elsewhere an empty text is one."""
    filled = ", ".join(f'"{column}"' for column in columns if column not in nullable)
    names = ", ".join(f'"{column}"' for column in columns)
    sql = f"COPY {table} ({names}) FROM STDIN (FORMAT csv, DELIMITER E'\\t', FORCE_NOT_NULL ({filled}))"
    with cursor.db.wrap_database_errors:
        cursor.copy_expert(sql, _Lines(rows), BUFFER)


def array(values: Collection[str]) -> str:
    """A PostgreSQL array of texts, as a literal."""
    joined = ",".join(values)
    if joined.count(",") == len(values) - 1 and BARE.fullmatch(joined) and all(values) and not _nulls(values):
        return f"{{{joined}}}"
    escaped = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in escaped) + "}"


def draw_ids(cursor: CursorWrapper, table: str, amount: int) -> Iterator[int]:
    """New primary keys, so that rows of several tables can be written without asking which keys they got."""
    cursor.execute(
        "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, amount]
    )
    return (key for (key,) in cursor.fetchall())


def _nulls(values: Collection[str]) -> bool:
    return any(len(value) == 4 and value.lower() == "null" for value in values)


class _Lines(io.TextIOBase):
    """A file that is written while it is read."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.rows = iter(rows)
        self.page = io.StringIO()
        # Both signs of the line end make the writer quote either of them inside a value.
        self.writer = csv.writer(self.page, delimiter="\t", lineterminator="\r\n")

    def read(self, size: int | None = -1, /) -> str:
        page = self.page
        page.seek(0)
        page.truncate()
        for row in self.rows:
            self.writer.writerow(row)
            if page.tell() >= BUFFER // 4:
                break
        return page.getvalue()
