"""Getting very many rows into PostgreSQL: COPY first, then the indexes, exactly as they were."""

import io
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

# What was set aside is kept in this table until it is back, so that a killed load loses no index.
ASIDE = "demo_set_aside"
# PostgreSQL describes a condition on a list in other words than it was given; such indexes stay.
SQL_INDEXES = """
    SELECT 1, indexrelid::regclass::text, pg_get_indexdef(indexrelid),
           format('DROP INDEX %%s', indexrelid::regclass)
    FROM pg_index WHERE indrelid = ANY(%s::regclass[]) AND pg_get_indexdef(indexrelid) NOT LIKE '%%ARRAY[%%'
      AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
"""
SQL_CONSTRAINTS = """
    SELECT CASE contype WHEN 'u' THEN 1 ELSE 2 END, conname,
           format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
                  pg_get_constraintdef(oid)),
           format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname)
    FROM pg_constraint WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('u', 'f')
"""


def copy(table: type[Model], columns: Sequence[str], lines: Iterable[str]) -> None:
    """COPYs lines of tab-separated values. Columns that are not given get the model's defaults."""
    names, tail = _others(table, columns)
    text = io.StringIO()
    text.writelines(f"{line}{tail}\n" for line in lines)
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table._meta.db_table} ({', '.join([*columns, *names])}) FROM STDIN", text)


def set_aside(tables: Sequence[type[Model]]) -> None:
    """Drops what slows loading down: foreign keys, unique constraints and indexes other than primary keys."""
    names = [table._meta.db_table for table in tables]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS {ASIDE} "
            "(id bigint GENERATED ALWAYS AS IDENTITY, step int, name text, sql text)"
        )
        for query in (SQL_CONSTRAINTS, SQL_INDEXES):
            cursor.execute(query, [names])
            for step, name, restore, drop in cursor.fetchall():
                cursor.execute(
                    f"INSERT INTO {ASIDE} (step, name, sql) VALUES (%s, %s, %s)", [step, name, restore]
                )
                cursor.execute(drop)


def waiting() -> list[tuple[int, str, str]]:
    """What is set aside at the moment: indexes first, because foreign keys need them."""
    with connection.cursor() as cursor:
        if ASIDE not in connection.introspection.table_names(cursor):
            return []
        cursor.execute(f"SELECT id, name, sql FROM {ASIDE} ORDER BY step, id")
        return [(int(number), str(name), str(sql)) for number, name, sql in cursor.fetchall()]


def put_back(number: int, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(sql)
        cursor.execute(f"DELETE FROM {ASIDE} WHERE id = %s", [number])
        cursor.execute("RESET maintenance_work_mem")


def forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {ASIDE}")


def go_on_counting(tables: Sequence[type[Model]]) -> None:
    """Sets the number generators behind the rows that brought their own numbers."""
    with connection.cursor() as cursor:
        for table in tables:
            name, key = table._meta.db_table, table._meta.pk.column
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [name, key])
            if cursor.fetchone()[0]:
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence(%s, %s), coalesce(max({key}), 1)) FROM {name}",
                    [name, key],
                )


def take_stock(tables: Sequence[type[Model]], *, vacuum: bool) -> None:
    """Statistics for the planner; outside a transaction also the visibility map, for index-only scans."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"{'VACUUM (ANALYZE)' if vacuum else 'ANALYZE'} {table._meta.db_table}")


def _others(table: type[Model], columns: Sequence[str]) -> tuple[list[str], str]:
    """The columns that are not given, and the end of a line with their defaults."""
    left = [one for one in table._meta.concrete_fields if one.column not in columns]
    constant = [(str(one.column), one.get_default()) for one in left if not one.null and not one.primary_key]
    values = [_as_text(value) for _name, value in constant]
    return [name for name, _value in constant], "".join(f"\t{value}" for value in values)


def _as_text(value: Any) -> str:
    readers: dict[type, Callable[[Any], str]] = {
        bool: lambda flag: "t" if flag else "f",
        list: lambda _empty: "{}",
        dict: json.dumps,
        datetime: lambda moment: moment.isoformat(),
    }
    return readers.get(type(value), str)(value)
