"""Files are kept for a while: to be looked at, to be repeated, and with them the way back."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from customers.imports.models import ImportJob, Trace
from customers.imports.tables import WORKBOOK

Status = ImportJob.Status
ENDED = (Status.DONE, Status.FAILED, Status.CANCELLED, Status.REVERTED)
# Somebody uploaded a file and never came back.
LEFT = (Status.PREVIEW, Status.CHECKED, Status.REVIEWED)
AT_ONCE = 100


def forget_old() -> int:
    """Forgets what is older than the company keeps files; returns how many imports that concerns."""
    before = timezone.now() - timedelta(days=settings.IMPORT_KEEP_DAYS)
    kept = ImportJob.objects.filter(forgotten_at=None, status__in=[*ENDED, *LEFT])
    old = kept.filter(Q(finished_at__lt=before) | Q(finished_at=None, created_at__lt=before))
    jobs = list(old.order_by("pk")[:AT_ONCE])
    with transaction.atomic():
        names = forget(jobs)
        transaction.on_commit(lambda: delete(names))
    return len(jobs)


def forget(jobs: Iterable[ImportJob]) -> list[str]:
    """Returns the names of their files, which the caller deletes once the transaction has ended."""
    found = list(jobs)
    keys = [job.pk for job in found]
    names = {str(job.file.name): job.encoding == WORKBOOK for job in found if job.file}
    ImportJob.objects.filter(pk__in=keys, status__in=LEFT, finished_at=None).update(
        status=Status.CANCELLED, finished_at=timezone.now()
    )
    ImportJob.objects.filter(pk__in=keys).update(file="", sample=[], forgotten_at=timezone.now())
    Trace.objects.filter(job__in=keys).delete()
    # An import that was run again shares its file.
    used = set(ImportJob.objects.filter(file__in=list(names)).values_list("file", flat=True))
    gone = {name: is_workbook for name, is_workbook in names.items() if name not in used}
    return [*gone, *[f"{name}.csv" for name, is_workbook in gone.items() if is_workbook]]


def delete(names: Iterable[str]) -> None:
    for name in names:
        default_storage.delete(name)
