"""Who works on an import. The row in the database is the work; a lease says who has it, and until when."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from customers.imports.models import ImportJob
from customers.imports.models.jobs import WORK

LEASE = timedelta(seconds=30)
# A nudge is given this long to reach a worker before the sweep nudges again.
PATIENCE = timedelta(seconds=60)
ATTEMPTS = 5
# The first key of the advisory locks; the second is the job.
LOCK = 0x1E7_0B5

Status = ImportJob.Status
REVERTS = (Status.REVIEWING, Status.REVERTING)


class LeaseLost(Exception):
    """Somebody cancelled the import, or took it over because we were silent for too long."""


def claim(job_id: int, asked: Status) -> ImportJob | None:
    """Takes a job that waits for `asked` or was left half-way; None when there is nothing to take."""
    working, now = WORK[asked], timezone.now()
    with transaction.atomic():
        if not _lock(job_id, "pg_try_advisory_xact_lock"):
            return None  # its worker is alive, in the middle of a long chunk
        free = ImportJob.objects.filter(pk=job_id, status__in=[asked, working])
        taken = free.exclude(lease_until__gt=now, lease_token__gt="").update(
            status=working,
            lease_token=uuid4().hex,
            lease_until=now + LEASE,
            attempts=F("attempts") + 1,
            started_at=Coalesce("started_at", now),
        )
    if not taken:
        return None
    job = ImportJob.objects.select_related("created_by").get(pk=job_id)
    if job.attempts > ATTEMPTS:
        give_up(job)
        return None
    return job


def give_up(job: ImportJob) -> None:
    """Reading ends for good; a revert may be asked for again, it goes on where it was."""
    if job.status in REVERTS:
        advance(job, status=job.ended_as, lease_token="", error="revert_interrupted")
    else:
        finish(job, Status.FAILED, error="interrupted")


def hold(job: ImportJob) -> None:
    """Called first in each chunk's transaction: while it lasts, nobody else can claim the job."""
    _lock(job.pk, "pg_advisory_xact_lock")


def advance(job: ImportJob, **changes: Any) -> None:
    """Saves progress and renews the lease in the caller's transaction; LeaseLost unless it is still ours."""
    mine = ImportJob.objects.filter(pk=job.pk, lease_token=job.lease_token, status=job.status)
    if not mine.update(lease_until=timezone.now() + LEASE, **changes):
        raise LeaseLost


def finish(job: ImportJob, status: Status, **changes: Any) -> None:
    advance(job, status=status, lease_token="", finished_at=timezone.now(), **changes)


def sweep() -> list[ImportJob]:
    """The jobs nobody works on, each handed out to one sweep only."""
    found = []
    for job in ImportJob.objects.waiting():
        here = ImportJob.objects.waiting().filter(pk=job.pk, lease_token=job.lease_token)
        if here.update(lease_token="", lease_until=timezone.now() + PATIENCE):
            found.append(job)
    return found


def _lock(job_id: int, function: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [LOCK, job_id % 2**31])
        (locked,) = cursor.fetchone()
    return locked is not False
