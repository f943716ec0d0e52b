"""Reverts a whole import: looks who was edited since, then goes back chunk by chunk, the last one first.

Each chunk is one transaction, as it was when it came in, so that a revert goes on where a crash left it.
"""

from collections import Counter
from dataclasses import asdict
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from crm.audit import services as audit
from customers.imports import leases, undoing
from customers.imports.leases import LeaseLost
from customers.imports.models import ImportJob, Trace
from customers.imports.turns import SETTINGS, take_turn
from customers.imports.undoing import CUSTOMERS, STAGE_CELLS, Made

Status = ImportJob.Status
# So many edited customers are listed; all of them are counted.
LISTED = 200
# A cell that is no longer what the import wrote, unless a later chunk of the same import wrote it.
EDITED = """
    SELECT c.pk, cell.name
    FROM import_cells AS c JOIN "{table}" AS t ON t."{key}" = c.pk
    CROSS JOIN LATERAL jsonb_each(c.cells) AS cell (name, pair)
    CROSS JOIN LATERAL (SELECT to_jsonb(t) AS values) AS now
    WHERE NOT cell.name = ANY(ARRAY['updated_at', 'touched_at'])
        AND now.values->cell.name IS DISTINCT FROM cell.pair->1
        AND NOT EXISTS (SELECT 1 FROM import_later AS later WHERE later.pk = c.pk AND later.of = '{table}')
    ORDER BY c.pk
"""
LATER = """
    INSERT INTO import_later (of, pk)
    SELECT '{table}', pk FROM import_cells EXCEPT SELECT of, pk FROM import_later
"""
# What a source said is its own word; nobody edits it.
NOT_EDITED = {"identity_profile"}


def review(job_id: int) -> None:
    """Counts what a revert would do, and finds who was edited since."""
    job = leases.claim(job_id, Status.TO_REVIEW)
    if job is None:
        return
    try:
        found = _look(job)
        leases.advance(job, status=Status.REVIEWED, lease_token="", attempts=0, reversal=found)
    except LeaseLost:
        return


def revert(job_id: int) -> None:
    """Takes back what is left to take back."""
    job = leases.claim(job_id, Status.TO_REVERT)
    if job is None:
        return
    try:
        made = Made.by(job)
        for chunk in _chunks(job):
            with transaction.atomic(), connection.cursor() as cursor:
                _take_back(cursor, job, chunk, made)
        _end(job)
    except LeaseLost:
        return


def _chunks(job: ImportJob) -> list[int]:
    """The chunks that are still to be undone, the last one first."""
    left = Trace.objects.filter(job=job, is_undone=False).order_by("-chunk")
    return list(left.values_list("chunk", flat=True).distinct())


def _take_back(cursor: CursorWrapper, job: ImportJob, chunk: int, made: Made) -> None:
    leases.hold(job)
    take_turn(cursor)
    cursor.execute(SETTINGS)
    done = undoing.undo(cursor, job, chunk, made, force=not job.keeps_edits)
    so_far = Counter(job.reversal.get("done", {}))
    so_far.update(asdict(done))
    job.reversal = {**job.reversal, "done": dict(so_far), "left": len(_chunks(job))}
    leases.advance(job, attempts=0, reversal=job.reversal)


def _end(job: ImportJob) -> None:
    with transaction.atomic():
        leases.advance(job, status=Status.REVERTED, lease_token="", error="")
        Trace.objects.filter(job=job).delete()
        audit.record("import.reverted", job, by=job.reverted_by, **job.reversal.get("done", {}))


def _look(job: ImportJob) -> dict[str, Any]:
    made, chunks = Made.by(job), _chunks(job)
    found: dict[str, Any] = {"chunks": len(chunks), "left": len(chunks), "edited": 0, "edits": []}
    found["removes"] = sum(last - first + 1 for first, last in made.spans.get(CUSTOMERS, []))
    found["restores"] = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE import_later (of text, pk bigint) ON COMMIT DROP")
        for chunk in chunks:
            edits = Counter(_edits(cursor, job, chunk, made, found))
            _note(found, edits)
            leases.advance(job)
    return found


def _edits(
    cursor: CursorWrapper, job: ImportJob, chunk: int, made: Made, found: dict[str, Any]
) -> list[tuple[int, str]]:
    """Pairs of customer and what was edited, for those whom this chunk made or changed."""
    here = list(Trace.objects.filter(job=job, chunk=chunk))
    keys = [pk for one in here if one.table == CUSTOMERS for pk in undoing.keys_of(one.made)]
    edits = [(pk, what) for what, pk in undoing.work_since(cursor, job, keys, made)]
    for table in {one.table for one in here if one.changed} - NOT_EDITED:
        cursor.execute(STAGE_CELLS, [job.pk, chunk, table])
        undoing.leave_out_made(cursor, table, made)
        edits += _edited(cursor, table)
        cursor.execute(LATER.format(table=table))
        found["restores"] += cursor.rowcount if table == CUSTOMERS else 0
    return edits


def _edited(cursor: CursorWrapper, table: str) -> list[tuple[int, str]]:
    """Customers with a cell in import_cells that is no longer what the import wrote."""
    model = undoing.model_of(table)
    cursor.execute(EDITED.format(table=table, key=undoing.key_of(model)))
    found: list[tuple[int, str]] = cursor.fetchall()
    if table == CUSTOMERS:
        return found
    owners = dict(undoing.owned(table, {pk for pk, _column in found}))
    return [
        (owners[pk], model._meta.label_lower) for pk in sorted({pk for pk, _column in found} & owners.keys())
    ]


def _note(found: dict[str, Any], edits: Counter[tuple[int, str]]) -> None:
    by_customer: dict[int, list[str]] = {}
    for pk, what in edits:
        by_customer.setdefault(pk, []).append(what)
    found["edited"] += len(by_customer)
    room = LISTED - len(found["edits"])
    found["edits"] += [[pk, sorted(what)] for pk, what in sorted(by_customer.items())[:room]]
