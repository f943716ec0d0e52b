"""The quicker way to the first tables ends where Django's own way ends."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

SCHEMA = """
SELECT 'column', attrelid::regclass::text, concat_ws(' ', attname, format_type(atttypid, atttypmod),
       attnotnull, attidentity, attgenerated, pg_get_expr(adbin, adrelid))
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
  LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attnum > 0 AND relnamespace = 'public'::regnamespace
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index', tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'trigger', tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'function', proname, pg_get_functiondef(oid) FROM pg_proc
 WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
UNION ALL
SELECT 'migration', app, name FROM django_migrations
ORDER BY 1, 2, 3
"""


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_both_ways_end_in_the_same_schema() -> None:
    with _empty_database():
        call_command("migrate", verbosity=0)
        ours = _schema()
    with _empty_database():
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
        theirs = _schema()
    assert len(ours) > 5_000
    assert ours == theirs


@contextmanager
def _empty_database() -> Iterator[None]:
    """Beside the tests' own, on the same server."""
    usual = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE beside")
    _go_to("beside")
    try:
        yield
    finally:
        _go_to(usual)
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE beside")


def _go_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _schema() -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA)
        return list(cursor.fetchall())
