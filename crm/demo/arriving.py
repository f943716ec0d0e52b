"""A file that somebody typed from paper, imported as any other, with a few rows gone wrong."""

from datetime import datetime, timedelta

from django.core.files.base import ContentFile

from crm.accounts.models import User
from crm.demo.words.mailings import (
    FILE_HEADER,
    FILE_NAME,
    FILE_ROWS,
    MAPPING_NAME,
    NEXT_FILE_NAME,
    NEXT_FILE_ROWS,
    SCHEDULE_NAME,
)
from customers.imports import checking, mappings, runner
from customers.imports.models import ImportJob, Schedule


def run(*, until: datetime, by: User) -> None:
    text = f"{FILE_HEADER}\n{FILE_ROWS}\n"
    job = ImportJob.objects.create(
        kind=ImportJob.Kind.CUSTOMERS,
        file_name=FILE_NAME,
        file=ContentFile(text.encode(), name="demo.csv"),
        file_bytes=len(text.encode()),
        source="event",
        created_by=by,
    )
    runner.read(job.pk)
    ImportJob.objects.filter(pk=job.pk).update(status=ImportJob.Status.QUEUED)
    runner.run(job.pk)
    began = until - timedelta(days=6, hours=2)
    ImportJob.objects.filter(pk=job.pk).update(
        created_at=began, started_at=began + timedelta(minutes=1), finished_at=began + timedelta(minutes=1)
    )
    job.refresh_from_db()
    saved = mappings.save(job, MAPPING_NAME, by=by)
    _next_file(until=until, by=by)
    night = until.replace(hour=19, minute=0, second=0, microsecond=0) + timedelta(days=1)
    given = {"mapping": saved, "pattern": "*.csv", "created_by": by, "created_at": began, "next_at": night}
    Schedule.objects.get_or_create(name=SCHEDULE_NAME, defaults=given)


def _next_file(*, until: datetime, by: User) -> None:
    """Of the week after: understood by itself, checked, and waiting for somebody's go."""
    text = f"{FILE_HEADER}\n{NEXT_FILE_ROWS}\n"
    job = ImportJob.objects.create(
        kind=ImportJob.Kind.CUSTOMERS,
        file_name=NEXT_FILE_NAME,
        file=ContentFile(text.encode(), name="demo.csv"),
        file_bytes=len(text.encode()),
        created_by=by,
        created_at=until - timedelta(hours=3),
    )
    runner.read(job.pk)
    ImportJob.objects.filter(pk=job.pk).update(
        status=ImportJob.Status.TO_CHECK, policies={"city": "fill", "birthday": "fill"}
    )
    checking.check(job.pk)
