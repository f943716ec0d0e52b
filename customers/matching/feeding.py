"""What goes to the child process and what comes back: by COPY, through files only we can read."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.db import connection

from customers.matching import child
from customers.matching.models import TOO_MANY, Frequency, Run
from customers.matching.standard import COLUMNS

# How often the parent looks at the child, in seconds.
LOOK = 2
FEED = """
    COPY (SELECT r.id AS unique_id, r.customer_id AS customer, r.profile_id AS profile, c.kind, r.ordinal, {}
          FROM matching_record r JOIN customers_customer c ON c.id = r.customer_id AND c.deleted_at IS NULL)
    TO STDOUT (FORMAT csv, HEADER)
"""
STAGING = """
    DROP TABLE IF EXISTS matching_found;
    CREATE TEMPORARY TABLE matching_found (
        low bigint, high bigint, bits float8, reasons jsonb,
        is_sure boolean, is_likely boolean, is_vetoed boolean, digest varchar(32)) ON COMMIT DROP
"""


class ChildFailed(Exception):
    """The child process ended before its work was done. The message says how."""


def folder_of(run: Run) -> Path:
    return Path(settings.MATCHING_FOLDER) / str(run.pk)


def open_folder(run: Run) -> Path:
    """A new, private folder; what a killed worker left is removed."""
    Path(settings.MATCHING_FOLDER).mkdir(parents=True, exist_ok=True, mode=0o700)
    close_folder(run)
    folder = folder_of(run)
    folder.mkdir(mode=0o700)
    return folder


def close_folder(run: Run) -> None:
    shutil.rmtree(folder_of(run), ignore_errors=True)


def export(folder: Path) -> None:
    columns = ", ".join(f"nullif(r.{one}, '') AS {one}" for one in COLUMNS)
    draft = folder / "draft"
    with connection.cursor() as cursor, draft.open("wb") as file:
        cursor.copy_expert(FEED.format(columns), file)
    draft.replace(folder / child.RECORDS)


def order(**wanted: Any) -> child.Order:
    return child.Order(
        columns=list(COLUMNS),
        too_many=TOO_MANY,
        memory=settings.MATCHING_MEMORY,
        threads=settings.MATCHING_THREADS,
        **wanted,
    )


def run_child(folder: Path, wanted: child.Order, *, watch: Callable[[int, int], None]) -> dict[str, Any]:
    """Its result; `watch` hears how far it is every few seconds."""
    for left in (child.RESULT, child.PROGRESS, child.PAIRS, child.RARITIES):
        (folder / left).unlink(missing_ok=True)
    wanted.write(folder)
    command = [sys.executable, "-m", child.__name__, str(folder)]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own program
            command, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        while _still_runs(process):
            watch(*_progress(folder))
    finally:
        process.kill()
        process.wait()
    if process.returncode:
        raise ChildFailed(f"{process.returncode}: {_last_line(log)}")
    result: dict[str, Any] = json.loads((folder / child.RESULT).read_text(encoding="utf-8"))
    return result


def stage_pairs(folder: Path) -> None:
    """The found pairs in a temporary table of this transaction."""
    with connection.cursor() as cursor, (folder / child.PAIRS).open("rb") as file:
        cursor.execute(STAGING)
        cursor.copy_expert("COPY matching_found FROM STDIN (FORMAT csv)", cast(BinaryIO, file))
        cursor.execute("CREATE INDEX ON matching_found (low, high); ANALYZE matching_found")


def take_rarities(folder: Path) -> None:
    """The frequencies as they are now, instead of those before."""
    table = Frequency._meta.db_table
    with connection.cursor() as cursor, (folder / child.RARITIES).open("rb") as file:
        cursor.execute(f"DELETE FROM {table}")
        cursor.copy_expert(f'COPY {table} ("column", value, share) FROM STDIN (FORMAT csv)', file)


def _still_runs(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(timeout=LOOK)
    except subprocess.TimeoutExpired:
        return True
    return False


def _progress(folder: Path) -> tuple[int, int]:
    path = folder / child.PROGRESS
    if not path.exists():
        return 0, 0
    found = json.loads(path.read_text(encoding="utf-8"))
    return found["done"], found["total"]


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1][:500] if lines else os.strerror(0)
