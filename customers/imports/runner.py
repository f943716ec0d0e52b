"""Runs an import chunk by chunk. Each chunk is one transaction that also moves the job on, so that whatever
kills the worker, the next one goes on at the border of a chunk and ends with the same tables."""

import gc
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F
from django.utils import timezone

from crm.audit import services as audit
from crm.lib.copying import copy
from customers.imports import arriving, leases
from customers.imports.chunks import Chunk, Importer, Outcome, Problem, chunks
from customers.imports.errors import Unusable
from customers.imports.importers import IMPORTERS
from customers.imports.leases import LeaseLost
from customers.imports.looking import look_at
from customers.imports.models import ImportJob, ImportProblem
from customers.imports.problems import SKIPPED
from customers.imports.tables import open_table
from customers.imports.tracing import Tracing
from customers.imports.turns import SETTINGS, take_turn

Status = ImportJob.Status
# Somebody else wrote the same number or row at the same moment: looked up again, it is found.
TRIES = 4
DEADLOCK = "40P01"
MANY = 5_000


def read(job_id: int) -> None:
    """Looks at an uploaded file, so that its preview can be shown."""
    job = leases.claim(job_id, Status.UPLOADED)
    if job is None:
        return
    try:
        found = look_at(job, tick=lambda: leases.advance(job))
        leases.advance(job, **found, status=Status.PREVIEW, lease_token="", attempts=0, error="")
        job.mapping = found["mapping"]
        arriving.after_look(job)
    except Unusable as problem:
        leases.finish(job, Status.FAILED, error=problem.code)
    except LeaseLost:
        return


def run(job_id: int) -> None:
    """Takes over the rows that are left."""
    job = leases.claim(job_id, Status.QUEUED)
    if job is None:
        return
    try:
        check_rights(job)
        with open_table(job) as table, collector_off():
            importer = IMPORTERS[job.kind](job)
            for chunk in chunks(table, importer, job.done_rows):
                commit(job, importer, chunk)
        _end(job)
    except Unusable as problem:
        leases.finish(job, Status.FAILED, error=problem.code)
    except LeaseLost:
        return


@contextmanager
def collector_off() -> Iterator[None]:
    """Rows hold no cycles, but there are so many that looking for some takes longer than reading them."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def commit(job: ImportJob, importer: Importer[Any], chunk: Chunk[Any]) -> None:
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                _take_over(cursor, job, importer, chunk)
        except (IntegrityError, OperationalError) as error:
            if not left or not _may_pass(error):
                raise
        else:
            job.done_rows = chunk.last_line
            return


def _take_over(cursor: CursorWrapper, job: ImportJob, importer: Importer[Any], chunk: Chunk[Any]) -> None:
    leases.hold(job)
    take_turn(cursor)
    cursor.execute(SETTINGS)
    trace = Tracing(cursor, job, chunk.done, timezone.now())
    outcome = importer.write(cursor, chunk.rows, trace)
    problems = [*chunk.problems, *outcome.problems]
    write_problems(cursor, job, problems)
    _count(job, chunk, outcome, problems)


def _count(job: ImportJob, chunk: Chunk[Any], outcome: Outcome, problems: Iterable[Problem]) -> None:
    skipped = {one.line for one in problems if one.reason in SKIPPED}
    wrong = {one.line for one in problems} - skipped
    moved = ImportJob.objects.filter(pk=job.pk, done_rows=chunk.done).update(
        done_rows=chunk.last_line,
        done_bytes=chunk.position,
        created_rows=F("created_rows") + outcome.created,
        updated_rows=F("updated_rows") + outcome.updated,
        unchanged_rows=F("unchanged_rows") + outcome.unchanged,
        skipped_rows=F("skipped_rows") + len(skipped),
        error_rows=F("error_rows") + len(wrong),
    )
    if not moved:
        raise LeaseLost
    leases.advance(job, attempts=0)


def write_problems(cursor: CursorWrapper, job: ImportJob, problems: Iterable[Problem]) -> None:
    columns = ["job_id", "line", "column", "reason", "cells", "alike", "evidence"]
    rows = (
        (job.pk, one.line, one.column, one.reason, _as_json(one.cells), one.alike, _evidence(one))
        for one in problems
    )
    copy(cursor, ImportProblem._meta.db_table, columns, rows)


def _evidence(problem: Problem) -> str | None:
    return None if problem.evidence is None else json.dumps(problem.evidence)


def _as_json(cells: Iterable[str]) -> str:
    """PostgreSQL has no NUL."""
    return json.dumps([cell.replace("\0", "\u2400") for cell in cells], ensure_ascii=False)


def _end(job: ImportJob) -> None:
    with transaction.atomic():
        job.refresh_from_db(fields=["created_rows", "updated_rows", "total_bytes"])
        leases.finish(job, Status.DONE, done_bytes=job.total_bytes)
        audit.record(
            "import.finished", job, by=job.created_by, created=job.created_rows, updated=job.updated_rows
        )
    if job.created_rows > MANY:
        # The planner should know of them before the statistics' own turn comes.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE customers_customer, identity_profile, identity_identity, orders_order")


def check_rights(job: ImportJob) -> None:
    """Rights are asked again when the work begins: they may have been taken away since the upload."""
    what = "customer" if job.kind == ImportJob.Kind.CUSTOMERS else "order"
    if not (job.created_by.may("import", "create") and job.created_by.may(what, "create")):
        raise Unusable("no_rights")


def _may_pass(error: Exception) -> bool:
    return isinstance(error, IntegrityError) or getattr(error.__cause__, "pgcode", "") == DEADLOCK
