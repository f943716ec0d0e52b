"""Files that come by themselves: what becomes of them after they were looked at and checked."""

from collections.abc import Mapping

from django.utils import timezone

from customers.imports.models import Arrival, ImportJob
from customers.imports.telling import tell

Status = ImportJob.Status


def after_look(job: ImportJob) -> None:
    """A file that has all columns of its mapping is checked at once; another one waits for somebody."""
    arrival = Arrival.objects.select_related("schedule__mapping").filter(job=job).first()
    if arrival is None:
        return
    missing = arrival.schedule.mapping.columns.keys() - job.mapping.keys()
    waiting = ImportJob.objects.filter(pk=job.pk, status=Status.PREVIEW)
    if missing:
        _wait(arrival, "other_columns")
    else:
        waiting.update(status=Status.TO_CHECK, lease_until=None)


def after_check(job: ImportJob, counts: Mapping[str, int]) -> None:
    """A file with few faults is taken over at once."""
    arrival = Arrival.objects.select_related("schedule").filter(job=job).first()
    if arrival is None:
        return
    if counts.get("errors", 0) * 100 > arrival.schedule.most_errors * counts.get("rows", 0):
        _wait(arrival, "too_many_errors")
        return
    checked = ImportJob.objects.filter(pk=job.pk, status=Status.CHECKED)
    if checked.update(status=Status.QUEUED, started_at=timezone.now(), done_rows=0, lease_until=None):
        job.problems.filter(alike=None).delete()


def _wait(arrival: Arrival, error: str) -> None:
    arrival.state, arrival.error = Arrival.State.WAITS, error
    arrival.save(update_fields=["state", "error"])
    tell(arrival)
