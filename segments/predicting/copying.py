"""Columns between PostgreSQL and numpy, by COPY in its binary form: no text is written or read anywhere.

Every column has a fixed width and no NULL, so that rows lie at equal distances.
"""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
END = b"\xff\xff"

Columns = dict[str, npt.NDArray[Any]]


def read(sql: str, parameters: Mapping[str, Any], types: Mapping[str, str]) -> Columns:
    """The columns of a query; `types` are numpy's of their values, such as "i8" or "f8"."""
    row = _row(types)
    with connection.cursor() as cursor:
        text = cursor.mogrify(sql, parameters)
        stream = BytesIO()
        cursor.copy_expert(f"COPY ({text.decode()}) TO STDOUT (FORMAT binary)", stream)
    found = np.frombuffer(stream.getbuffer()[len(SIGNATURE) : -len(END)], row)
    return {name: found[name].astype(kind) for name, kind in types.items()}


def write(table: str, columns: Columns, types: Mapping[str, str]) -> None:
    """Appends rows to a table whose columns have exactly these widths."""
    size = len(next(iter(columns.values())))
    rows = np.zeros(size, _row(types))
    rows["fields"] = len(types)
    for name, kind in types.items():
        rows[f"width of {name}"] = np.dtype(kind).itemsize
        rows[name] = columns[name]
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {table} ({', '.join(types)}) FROM STDIN (FORMAT binary)",
            BytesIO(SIGNATURE + rows.tobytes() + END),
        )


def _row(types: Mapping[str, str]) -> np.dtype[Any]:
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in types.items():
        fields += [(f"width of {name}", ">i4"), (name, kind if kind.startswith("S") else f">{kind}")]
    return np.dtype(fields)
