"""What people ask for: upload a file, correct how it is understood, start it, cancel it."""

from collections.abc import Mapping
from functools import partial

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
OPEN = (Status.UPLOADED, Status.READING, Status.PREVIEW, Status.QUEUED, Status.RUNNING)


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
def remap(job: ImportJob, mapping: Mapping[str, int], *, encoding: str, delimiter: str) -> None:
    """Saves which column holds what. Another encoding or delimiter means another first look."""
    waiting = ImportJob.objects.filter(pk=job.pk, status=Status.PREVIEW)
    if (encoding, delimiter) == (job.encoding, job.delimiter):
        moved = waiting.update(mapping=dict(mapping))
    else:
        moved = waiting.update(
            status=Status.UPLOADED, encoding=encoding, delimiter=delimiter, lease_until=None, lease_token=""
        )
        transaction.on_commit(partial(tasks.read.delay, job.pk))
    if not moved:
        raise Refused(_("This import is no longer waiting for your go."))


@transaction.atomic
def start(job: ImportJob, *, by: User) -> None:
    _refuse_incomplete(job)
    waiting = ImportJob.objects.filter(pk=job.pk, status=Status.PREVIEW)
    if not waiting.update(
        status=Status.QUEUED, started_at=timezone.now(), attempts=0, lease_until=None, lease_token=""
    ):
        raise Refused(_("This import was already started."))
    audit.record("import.started", job, by=by, fields=sorted(job.mapping))
    transaction.on_commit(partial(tasks.run.delay, job.pk))


@transaction.atomic
def cancel(job: ImportJob, *, by: User) -> None:
    """Rows that were taken over stay; the chunk that is being written is not."""
    open_job = ImportJob.objects.filter(pk=job.pk, status__in=OPEN)
    if not open_job.update(status=Status.CANCELLED, finished_at=timezone.now(), lease_token=""):
        raise Refused(_("This import has already ended."))
    audit.record("import.cancelled", job, by=by)


def _refuse_incomplete(job: ImportJob) -> None:
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
