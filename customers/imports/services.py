"""What people ask for: upload a file, say what its columns are, have it checked, start, cancel, revert it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers.imports import tasks
from customers.imports.models import ImportJob

Status = ImportJob.Status
OPEN = (
    Status.UPLOADED,
    Status.READING,
    Status.PREVIEW,
    Status.TO_CHECK,
    Status.CHECKING,
    Status.CHECKED,
    Status.QUEUED,
    Status.RUNNING,
)
# Between the first look and the start, everything may still be chosen otherwise.
CHOOSING = (Status.PREVIEW, Status.CHECKED)
FREE: dict[str, Any] = {"lease_until": None, "lease_token": "", "attempts": 0}


@transaction.atomic
def upload(file: "UploadedFile[bytes]", *, kind: str, source: str, by: User) -> ImportJob:
    job = ImportJob(kind=kind, source=source, created_by=by, file_bytes=file.size or 0)
    job.file_name = (file.name or "")[-255:]
    job.file.save(job.file_name, file, save=False)
    job.save(force_insert=True)
    audit.record("import.uploaded", job, by=by, kind=kind, bytes=job.file_bytes)
    transaction.on_commit(partial(tasks.read.delay, job.pk))
    return job


@transaction.atomic
def remap(job: ImportJob, choices: Mapping[str, Any], *, encoding: str, delimiter: str) -> None:
    """Saves what each column holds and may do. Another encoding or delimiter means another first look."""
    waiting = ImportJob.objects.filter(pk=job.pk, status__in=CHOOSING)
    if (encoding, delimiter) == (job.encoding, job.delimiter):
        moved = waiting.update(status=Status.PREVIEW, findings={}, **choices)
    else:
        moved = waiting.update(status=Status.UPLOADED, encoding=encoding, delimiter=delimiter, **FREE)
        transaction.on_commit(partial(tasks.read.delay, job.pk))
    if not moved:
        raise Refused(_("This import is no longer waiting for your go."))


@transaction.atomic
def check(job: ImportJob, *, by: User) -> None:
    """Has the whole file gone through without writing anything."""
    refuse_incomplete(job)
    waiting = ImportJob.objects.filter(pk=job.pk, status__in=CHOOSING)
    if not waiting.update(status=Status.TO_CHECK, started_at=None, done_bytes=0, findings={}, **FREE):
        raise Refused(_("This import is no longer waiting for your go."))
    transaction.on_commit(partial(tasks.check.delay, job.pk))


@transaction.atomic
def reconsider(job: ImportJob) -> None:
    """Back from the check to the columns."""
    if not ImportJob.objects.filter(pk=job.pk, status=Status.CHECKED).update(status=Status.PREVIEW):
        raise Refused(_("This import is no longer waiting for your go."))


@transaction.atomic
def start(
    job: ImportJob, *, by: User, duplicates: str = "", choices: Mapping[int, str] | None = None
) -> None:
    """`duplicates` says what becomes of rows that resemble somebody, `choices` of single ones by key."""
    waiting = ImportJob.objects.filter(pk=job.pk, status=Status.CHECKED)
    begun: dict[str, Any] = {"started_at": timezone.now(), "done_rows": 0, "done_bytes": 0, **FREE}
    if duplicates:
        begun["duplicates"] = duplicates
    if not waiting.update(status=Status.QUEUED, **begun):
        raise Refused(_("This import was already started."))
    # What the check told comes again, row by row, as the import meets it; who resembles whom is decided.
    job.problems.filter(alike=None).delete()
    for choice, keys in _by_choice(choices or {}).items():
        job.problems.exclude(alike=None).filter(pk__in=keys).update(choice=choice)
    audit.record(
        "import.started",
        job,
        by=by,
        fields=sorted(job.mapping),
        policies=job.policies,
        duplicates=duplicates or job.duplicates,
    )
    transaction.on_commit(partial(tasks.run.delay, job.pk))


@transaction.atomic
def cancel(job: ImportJob, *, by: User) -> None:
    """Rows that were taken over stay until the import is reverted; the chunk that is being written is not."""
    open_job = ImportJob.objects.filter(pk=job.pk, status__in=OPEN)
    if not open_job.update(status=Status.CANCELLED, finished_at=timezone.now(), lease_token=""):
        raise Refused(_("This import has already ended."))
    audit.record("import.cancelled", job, by=by)


@transaction.atomic
def review_revert(job: ImportJob, *, by: User) -> None:
    """Asks what a revert would do; nothing goes back yet."""
    if not job.can_be_reverted:
        raise Refused(_("There is nothing to revert here, or no longer a way back."))
    ended = ImportJob.objects.filter(pk=job.pk, status=job.status, forgotten_at=None)
    if not ended.update(
        status=Status.TO_REVIEW, ended_as=job.status, reversal={}, reverted_by=by, error="", **FREE
    ):
        raise Refused(_("There is nothing to revert here, or no longer a way back."))
    transaction.on_commit(partial(tasks.review.delay, job.pk))


@transaction.atomic
def revert(job: ImportJob, *, keeps_edits: bool, by: User) -> None:
    reviewed = ImportJob.objects.filter(pk=job.pk, status=Status.REVIEWED)
    if not reviewed.update(status=Status.TO_REVERT, keeps_edits=keeps_edits, reverted_by=by, **FREE):
        raise Refused(_("This revert is not waiting for your go."))
    audit.record("import.revert_started", job, by=by, keeps_edits=keeps_edits)
    transaction.on_commit(partial(tasks.revert.delay, job.pk))


@transaction.atomic
def leave_as_is(job: ImportJob) -> None:
    """Decides against a revert."""
    reviewed = ImportJob.objects.filter(pk=job.pk, status=Status.REVIEWED)
    if not reviewed.update(status=job.ended_as, reversal={}, reverted_by=None, lease_token=""):
        raise Refused(_("This revert is not waiting for your go."))


@transaction.atomic
def repeat(job: ImportJob, *, by: User) -> ImportJob:
    """The same file with the same choices as a new import, which begins with its columns."""
    if job.forgotten_at or not job.mapping:
        raise Refused(_("The file of this import is no longer there. Please upload it again."))
    told = ("kind", "file_name", "file", "file_bytes", "source", "encoding", "delimiter", "header", "sample")
    chosen = ("mapping", "policies", "duplicates", "language", "saved_mapping", "total_bytes", "warnings")
    again = ImportJob(created_by=by, status=Status.PREVIEW)
    for name in (*told, *chosen):
        setattr(again, name, getattr(job, name))
    again.save(force_insert=True)
    audit.record("import.repeated", again, by=by, of=job.pk)
    return again


def _by_choice(choices: Mapping[int, str]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for key, choice in choices.items():
        found.setdefault(choice, []).append(key)
    return found


def refuse_incomplete(job: ImportJob) -> None:
    chosen = job.mapping.keys()
    if job.kind == ImportJob.Kind.CUSTOMERS:
        if not chosen & {"name", "surname", "given_name", "company", "number"}:
            raise Refused(_("Choose a column for the name or the customer number first."))
        return
    if not chosen & {"customer_number", "phone", "email"}:
        raise Refused(_("Choose a column that says who bought: customer number, phone or e-mail."))
    if "placed_at" not in chosen:
        raise Refused(_("Choose the column that holds the date of the order."))
    if not chosen & {"amount", "unit_price"}:
        raise Refused(_("Choose the column that holds the amount."))
