"""A file that somebody typed from paper, imported as any other, with a few rows gone wrong."""

from datetime import datetime, timedelta

from django.core.files.base import ContentFile

from crm.accounts.models import User
from crm.demo.words.mailings import FILE_HEADER, FILE_NAME, FILE_ROWS
from customers.imports import runner
from customers.imports.models import ImportJob


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
