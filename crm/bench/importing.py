"""Importing customers from a CSV file, against a bare COPY of the rows that this makes.

The import reads, validates, normalises, matches, writes five tables and keeps what each row said; the
baseline is given the finished rows of the same five tables, with the same indexes and constraints.
"""

import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from django.conf import settings
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from crm.accounts.policy import Role
from crm.bench import filling
from crm.bench.harness import Baseline, Result, apart, bench, peak_mb, say, throughput, timed
from crm.demo import naming, people, seasons
from crm.demo.words import places
from customers.identity.models import Identity, Profile
from customers.imports import runner
from customers.imports.models import ImportJob
from customers.models import Customer, SearchDocument
from customers.orders.models import Rollup

HEADER = ["客户编号", "姓名", "手机", "邮箱", "城市"]
SLICE = 50_000
# What an import of customers writes.
TABLES: list[type[Model]] = [Customer, Profile, Identity, SearchDocument, Rollup]


@bench("import", rows=1_000_000)
def import_customers(rows: int) -> Iterator[Result]:
    path = Path(settings.MEDIA_ROOT) / "bench.csv"
    say(f"Writing a file of {rows:,} customers …")
    apart(write_file, path, rows)
    first = _import(path, rows, "created_rows")
    memory = peak_mb()
    again = _import(path, rows, "unchanged_rows")
    say("Copying the same rows …")
    bare = Baseline("bare COPY", rows / _copy_bare())
    yield throughput("import", rows, first, "rows/s", bare, peak_mb=memory)
    yield throughput("import, the same file again", rows, again, "rows/s", bare)


def write_file(path: Path, rows: int) -> None:
    """People as the demo company has them, with a number each."""
    everybody = people.meet(rows, 1, seasons.calendar(timezone.localtime()))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for start in range(0, rows, SLICE):
            some = np.arange(start, min(start + SLICE, rows))
            writer.writerows(
                zip(
                    [f"C{row:08d}" for row in some.tolist()],
                    naming.full_names(everybody, some),
                    naming.phone_numbers(everybody, some),
                    naming.mail_addresses(everybody, some),
                    [places.CITIES[city].name for city in everybody.city[some].tolist()],
                    strict=True,
                )
            )


def _import(path: Path, rows: int, expected: str) -> float:
    """Seconds from the first look at the file to the last row."""
    job = ImportJob.objects.create(
        kind=ImportJob.Kind.CUSTOMERS,
        file_name=path.name,
        file=path.name,
        file_bytes=path.stat().st_size,
        source="bench",
        created_by=filling.colleague(Role.OPERATIONS),
    )
    _settle()
    with timed() as watch:
        runner.read(job.pk)
        ImportJob.objects.filter(pk=job.pk).update(status=ImportJob.Status.QUEUED)
        runner.run(job.pk)
    job.refresh_from_db()
    if job.status != ImportJob.Status.DONE or getattr(job, expected) < 0.9 * rows:
        raise RuntimeError(f"The import is {job.status} with {getattr(job, expected):,} rows: {job.error}")
    return watch.seconds


def _copy_bare() -> float:
    """Seconds that COPY needs for the same rows into tables like ours."""
    seconds = 0.0
    with connection.cursor() as cursor, tempfile.TemporaryDirectory() as folder:
        for table in TABLES:
            name, file = table._meta.db_table, Path(folder) / "rows"
            with file.open("wb") as out:
                cursor.copy_expert(f"COPY {name} TO STDOUT", out)
            cursor.execute(f"CREATE TABLE bench_{name} (LIKE {name} INCLUDING ALL)")
            _settle()
            with file.open("rb") as rows, timed() as watch:
                cursor.copy_expert(f"COPY bench_{name} FROM STDIN", cast(BinaryIO, rows))
            seconds += watch.seconds
            cursor.execute(f"DROP TABLE bench_{name}")
    return seconds


def _settle() -> None:
    """What was written before is on disk before the clock starts."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
