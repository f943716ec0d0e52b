"""Large answers straight from PostgreSQL into arrays: COPY in binary form, no object for each row."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import QuerySet
from numpy.typing import NDArray

from segments.bits import Ids

NOBODY: Ids = np.zeros(0, np.int64)
# Signature, flags, length of an extension.
HEADER = 19
# Number of fields, length; dimensions, flags, type, size, lower bound; then length and value of each.
BEFORE_ELEMENTS = 2 + 4 + 20
# Hashes of everybody fit, and nothing is compiled for a statement that runs once.
GENEROUS = "SET LOCAL work_mem = '128MB'; SET LOCAL jit = off"


def ids(sql: str, values: Sequence[Any]) -> Ids:
    """The one column of bigints that `sql` asks for."""
    data = _copied(f"SELECT array_agg(found.id) FROM ({sql}) AS found (id) WHERE id IS NOT NULL", values)
    if len(data) <= HEADER + BEFORE_ELEMENTS:
        return NOBODY
    elements = np.frombuffer(data[HEADER + BEFORE_ELEMENTS : -2], [("length", ">i4"), ("value", ">i8")])
    return elements["value"].astype(np.int64)


def table(sql: str, values: Sequence[Any], width: int) -> NDArray[np.int64]:
    """Rows of `width` bigints without NULLs."""
    data = _copied(sql, values)
    field = [("length", ">i4"), ("value", ">i8")]
    rows = np.frombuffer(data[HEADER:-2], [("fields", ">i2"), *((str(n), field) for n in range(width))])
    return np.column_stack([rows[str(n)]["value"].astype(np.int64) for n in range(width)])


def ids_of(rows: QuerySet[Any, Any]) -> Ids:
    try:
        return ids(*rows.query.sql_with_params())
    except EmptyResultSet:
        # Django sees that nobody can match.
        return NOBODY


def _copied(sql: str, values: Sequence[Any]) -> memoryview:
    sink = BytesIO()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(GENEROUS)
        query = cursor.cursor.mogrify(sql, values).decode()
        cursor.cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", sink)
    return sink.getbuffer()
