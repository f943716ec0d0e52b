"""Goes through a whole file without writing: counts what the import would do, keeps what it would leave."""

from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from customers.imports import arriving, leases
from customers.imports.chunks import Chunk, Findings, Importer, Problem, chunks
from customers.imports.errors import Unusable
from customers.imports.importers import IMPORTERS
from customers.imports.leases import LeaseLost
from customers.imports.models import ImportJob
from customers.imports.problems import SKIPPED
from customers.imports.runner import check_rights, collector_off, write_problems
from customers.imports.seeing import Seen
from customers.imports.tables import open_table

Status = ImportJob.Status
# So many possible duplicates are kept to look at; all of them are counted.
ALIKE_KEPT = 5_000
ALIKE = "possible_duplicate"


@dataclass
class Total:
    """What has been found so far."""

    counts: Counter[str] = field(default_factory=Counter)
    cells: Counter[str] = field(default_factory=Counter)

    def add(self, chunk: Chunk[Any], found: Findings, problems: Iterable[Problem]) -> None:
        skipped = {one.line for one in problems if one.reason in SKIPPED}
        wrong = {one.line for one in problems} - skipped
        self.cells.update(found.cells)
        self.counts.update(
            rows=chunk.last_line - chunk.done,
            created=found.created,
            updated=found.updated,
            unchanged=found.unchanged,
            alike=len({one.line for one in found.alike}),
            customers=found.new_customers,
            compared=found.compared,
            skipped=len(skipped),
            errors=len(wrong),
        )

    def as_json(self) -> dict[str, Any]:
        return {**self.counts, "cells": dict(self.cells)}


def check(job_id: int) -> None:
    """From the first row each time: what earlier chunks would have written is nowhere to be found again."""
    job = leases.claim(job_id, Status.TO_CHECK)
    if job is None:
        return
    try:
        check_rights(job)
        found = _go_through(job)
        leases.advance(
            job, status=Status.CHECKED, lease_token="", attempts=0, done_bytes=0, findings=found.as_json()
        )
        arriving.after_check(job, found.counts)
    except Unusable as problem:
        leases.finish(job, Status.FAILED, error=problem.code)
    except LeaseLost:
        return


def _go_through(job: ImportJob) -> Total:
    job.problems.all().delete()
    total = Total()
    with open_table(job) as table, collector_off(), closing(Seen()) as seen:
        importer = IMPORTERS[job.kind](job)
        for chunk in chunks(table, importer, 0):
            _check_chunk(job, importer, chunk, seen, total)
    return total


def _check_chunk(
    job: ImportJob, importer: Importer[Any], chunk: Chunk[Any], seen: Seen, total: Total
) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        found = importer.check(cursor, chunk.rows, seen)
        problems = [*chunk.problems, *found.problems]
        room = max(0, ALIKE_KEPT - total.counts["alike"])
        total.add(chunk, found, problems)
        alike = {(one.line, one.column): one for one in found.alike[:room]}
        told = [
            Problem(one.line, one.column, ALIKE, one.cells, one.customer, one.evidence)
            for one in alike.values()
        ]
        write_problems(cursor, job, [*problems, *told])
        leases.advance(job, done_bytes=chunk.position, findings=total.as_json())
