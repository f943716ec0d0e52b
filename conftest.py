"""One throw-away PostgreSQL and Valkey for the whole test run, shared by all its workers."""

import contextlib
import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

from crm.celery import app
from crm.embedded import throwaway

_running = contextlib.ExitStack()
# What follows from the code alone and is the same for every test.
LASTING = {"django_content_type", "auth_permission"}
_truncate = DatabaseOperations.sql_flush


def pytest_configure(config: pytest.Config) -> None:
    """Only the first process starts them; workers inherit VAR, from which settings derive both addresses."""
    given = os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")
    if hasattr(config, "workerinput") or given or config.option.collectonly:
        return
    _running.enter_context(throwaway.servers(Path(os.environ["VAR"])))


def empty(operations: DatabaseOperations, style: Any, tables: list[str], **options: Any) -> list[str]:
    """After a test that could not be rolled back only few of the tables hold something, and few rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        if not cursor.fetchone()[0]:
            return _truncate(operations, style, tables, **options)
        kept = [f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in {*tables} - LASTING]
        cursor.execute(" UNION ALL ".join(kept))
        filled = [name for (name,) in cursor.fetchall()]
    deletes = [f"DELETE FROM {name}" for name in filled]
    return ["SET session_replication_role = replica", *deletes, "RESET session_replication_role"]


DatabaseOperations.sql_flush = empty  # type: ignore[assignment, method-assign]


def pytest_collection_finish() -> None:
    """All that was imported stays to the end; the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: no worker should begin them when the others are done."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


@pytest.fixture
def only_our_own_workers() -> Iterator[None]:
    """Wake-ups go to the broker, where nobody hears them: the test says itself who works when."""
    app.conf.task_always_eager = False
    yield
    app.conf.task_always_eager = True


@pytest.fixture
def one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """No minute ends while a test counts what is allowed in one."""
    monkeypatch.setattr("crm.lib.limits.WINDOW", 100_000)


def pytest_unconfigure() -> None:
    _running.close()
