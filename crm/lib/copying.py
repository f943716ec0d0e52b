"""Rows into PostgreSQL by COPY, made while they are sent: the server stores while Python makes more."""

import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.backends.utils import CursorWrapper

BUFFER = 1 << 16
PAGE = 200  # rows that are sent together
NULL = "\x01"
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", NULL: "\\x01"})
# Elements of an array literal that need no quotes, between commas.
BARE = re.compile(r'[^\s{}"\\,]+(?:,[^\s{}"\\,]+)*')


def copy(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Appends `rows` to `table`. None is NULL; an empty text stays one."""
    names = ", ".join(f'"{column}"' for column in columns)
    with cursor.db.wrap_database_errors:
        cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN (NULL E'\\x01')", _Lines(rows), BUFFER)


def array(values: Collection[str]) -> str:
    """A PostgreSQL array of texts, as a literal."""
    joined = ",".join(values)
    if BARE.fullmatch(joined) and joined.count(",") == len(values) - 1 and "null" not in joined.lower():
        return f"{{{joined}}}"
    escaped = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in escaped) + "}"


def draw_ids(cursor: CursorWrapper, table: str, amount: int) -> Iterator[int]:
    """New primary keys, so that rows of several tables can be written without asking which keys they got."""
    cursor.execute(
        "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, amount]
    )
    return (key for (key,) in cursor.fetchall())


class _Lines(io.TextIOBase):
    """A file that is written while it is read."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.rows = iter(rows)

    def read(self, size: int | None = -1, /) -> str:
        return "".join(map(_line, islice(self.rows, PAGE)))


def _line(row: Sequence[Any]) -> str:
    values = [NULL if one is None else one if one.__class__ is str else str(one) for one in row]
    line = "\t".join(values)
    if (
        "\\" in line
        or "\n" in line
        or "\r" in line
        or line.count("\t") >= len(values)
        or line.count(NULL) > values.count(NULL)
    ):
        escaped = (
            NULL if old is None else new.translate(ESCAPES) for old, new in zip(row, values, strict=True)
        )
        line = "\t".join(escaped)
    return line + "\n"
