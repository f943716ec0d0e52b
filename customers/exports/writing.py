"""Writes the file of an export, page by page, in memory that does not grow with it.

A worker that dies leaves an unfinished file behind that nobody can reach; the next one begins anew.
"""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from crm.audit import services as audit
from crm.lib.errors import Refused
from customers import jobs
from customers.exports.files import WRITERS, Watermark
from customers.exports.models import ExportJob
from customers.exports.sheets import Sheet, sheet_for
from customers.jobs import LeaseLost
from customers.listing import Listing
from customers.models import Customer

PAGE = 1_000
KEPT = timedelta(hours=24)
FOLDER = "exports"
NO_RIGHTS, GREW = "no_rights", "grew"
Status = ExportJob.Status


class Stopped(Exception):
    """A rule ends the writing. The message is the code of the reason."""


def write(job_id: int) -> None:
    job = jobs.claim(ExportJob, job_id, {Status.QUEUED: Status.RUNNING}, Status.FAILED)
    if job is None:
        return
    path = settings.MEDIA_ROOT / FOLDER / f"{secrets.token_hex(16)}.{job.format}"
    try:
        with override(job.language or settings.LANGUAGE_CODE):
            _write(job, path)
    except (Stopped, Refused) as reason:
        path.unlink(missing_ok=True)
        jobs.finish(job, Status.FAILED, error=str(reason) if isinstance(reason, Stopped) else "question")
    except LeaseLost:
        path.unlink(missing_ok=True)


def remove_stale() -> None:
    for job in ExportJob.objects.stale():
        job.file.delete(save=False)
        ExportJob.objects.stale().filter(pk=job.pk).update(status=Status.EXPIRED, file="")


def _write(job: ExportJob, path: Path) -> None:
    user = job.created_by
    if not user.may("customer", "export") or (job.in_clear and not user.may("customer", "reveal")):
        raise Stopped(NO_RIGHTS)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark = Watermark.of(job)
    sheet = sheet_for(job, mark)
    with WRITERS[job.format](path, sheet.titles, mark) as file:
        for rows in _pages(job, sheet):
            file.add(rows)
    path.chmod(0o600)
    _end(job, path, mark)


def _pages(job: ExportJob, sheet: Sheet) -> Iterator[Sequence[Sequence[str]]]:
    """The rows in the order of the list. Each page says how far we are, and that we are alive."""
    # The order of the list also for ticked customers: their ids are beside the question.
    listing = Listing(job.created_by, jobs.question_of(job), action="export")
    only = Customer.objects.visible_to(job.created_by, "export").filter(pk__in=job.ids) if job.ids else None
    cursor, done = "", 0
    while True:
        page = listing.page_at(cursor, PAGE, only=only)
        done += len(page.rows)
        if done > job.limit:
            raise Stopped(GREW)
        jobs.advance(job, rows=done)
        job.rows = done
        yield sheet.rows(page.rows)
        cursor = page.next
        if not cursor:
            return


@transaction.atomic
def _end(job: ExportJob, path: Path, mark: Watermark) -> None:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    jobs.finish(
        job,
        Status.DONE,
        file=f"{FOLDER}/{path.name}",
        file_name=mark.file_name,
        sha256=digest,
        bytes=path.stat().st_size,
        expires_at=timezone.now() + KEPT,
    )
    audit.record(
        "export.written", job, by=job.created_by, rows=job.rows, sha256=digest, in_clear=job.in_clear
    )
