"""Takes in the files that schedules wait for, from folders and addresses, and puts them away afterwards.

A file stays in its folder until its import has ended, and is known by name, size and time: whatever dies in
between, it is neither lost nor taken in twice.
"""

import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import IO, cast

from django.conf import settings
from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone

from crm.audit import services as audit
from crm.lib.fetching import CannotFetch, fetch
from customers.imports.models import Arrival, ImportJob, Schedule
from customers.imports.telling import tell

PROCESSED, FAILED = "processed", "failed"
# A file that was written to a moment ago may not be whole yet.
QUIET = timedelta(seconds=10)
# So many files of a folder are taken in at once; the others follow with the next turn.
AT_ONCE = 50
FETCH_SECONDS = 300
ENDED = {
    ImportJob.Status.DONE: Arrival.State.DONE,
    ImportJob.Status.FAILED: Arrival.State.FAILED,
    ImportJob.Status.CANCELLED: Arrival.State.FAILED,
}
STEPS = {
    Schedule.Every.QUARTER: timedelta(minutes=15),
    Schedule.Every.HOUR: timedelta(hours=1),
    Schedule.Every.DAY: timedelta(days=1),
    Schedule.Every.WEEK: timedelta(days=7),
}


def collect() -> None:
    """What is due is taken in, what has ended is put away."""
    for schedule in Schedule.objects.due().select_related("mapping", "created_by"):
        ours = Schedule.objects.due().filter(pk=schedule.pk, next_at=schedule.next_at)
        if ours.update(next_at=next_time(schedule, timezone.now())):
            take_in(schedule)
    settle()


def take_in(schedule: Schedule) -> int:
    """Returns how many files came."""
    if schedule.origin == Schedule.Origin.URL:
        return _take_from_address(schedule)
    return sum(_take_file(schedule, path) for path in _waiting(schedule))


def settle() -> None:
    """Writes down how arrivals ended, and moves their files out of the way."""
    left = [Arrival.State.TAKEN, Arrival.State.WAITS]
    ended = Arrival.objects.filter(state__in=left, job__status__in=list(ENDED))
    for arrival in ended.select_related("job", "schedule"):
        job = cast(ImportJob, arrival.job)
        state = ENDED[ImportJob.Status(job.status)]
        _put_away(arrival, PROCESSED if state == Arrival.State.DONE else FAILED)
        arrival.error = (job.error[:40] if state == Arrival.State.FAILED else "") or arrival.error
        ours = Arrival.objects.filter(pk=arrival.pk, state=arrival.state)
        if ours.update(state=state, error=arrival.error) and job.status == ImportJob.Status.FAILED:
            tell(arrival)


def folder_of(schedule: Schedule) -> Path:
    return settings.IMPORT_INBOX / str(schedule.pk)


def open_folder(schedule: Schedule) -> Path:
    folder = folder_of(schedule)
    for one in (folder, folder / PROCESSED, folder / FAILED):
        one.mkdir(parents=True, exist_ok=True)
    return folder


def next_time(schedule: Schedule, after: datetime) -> datetime:
    """The first moment of the time table behind `after`; missed ones are not made up for one by one."""
    local = timezone.localtime(after)
    at = schedule.at_time
    start = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    step = STEPS[Schedule.Every(schedule.every)]
    if schedule.every == Schedule.Every.WEEK:
        start -= timedelta(days=start.weekday())
    if start > local:
        start -= step * -((local - start) // step)
    return start + step * ((local - start) // step + 1)


def _waiting(schedule: Schedule) -> Iterator[Path]:
    """The files of its folder that are whole, the oldest first."""
    quiet_since = (timezone.now() - QUIET).timestamp()
    found = []
    for path in open_folder(schedule).glob(schedule.pattern):
        if path.is_symlink() or not path.is_file() or path.name.startswith("."):
            continue
        if path.parent == folder_of(schedule) and path.stat().st_mtime <= quiet_since:
            found.append(path)
    yield from sorted(found, key=lambda path: (path.stat().st_mtime, path.name))[:AT_ONCE]


def _take_file(schedule: Schedule, path: Path) -> bool:
    size, moment = path.stat().st_size, path.stat().st_mtime_ns
    key = sha256(f"{path.name}\0{size}\0{moment}".encode()).hexdigest()
    if Arrival.objects.filter(schedule=schedule, file_key=key).exists():
        return False
    if size > settings.IMPORT_MAX_BYTES:
        arrival = Arrival(schedule=schedule, file_name=path.name[-255:], file_key=key)
        _fail(arrival, "too_much")
        _put_away(arrival, FAILED)
        return False
    with path.open("rb") as file:
        return _begin(schedule, file, path.name, key)


def _take_from_address(schedule: Schedule) -> bool:
    with tempfile.TemporaryFile() as file:
        try:
            found = fetch(schedule.url, file, most_bytes=settings.IMPORT_MAX_BYTES, seconds=FETCH_SECONDS)
        except CannotFetch as problem:
            _fail(Arrival(schedule=schedule, file_name=schedule.url[:255]), problem.code)
            return False
        file.seek(0)
        return _begin(schedule, file, found.name, None)


def _begin(schedule: Schedule, file: IO[bytes], name: str, key: str | None) -> bool:
    """An import of its own, of which the sweep takes care from here."""
    mapping, by = schedule.mapping, schedule.created_by
    job = ImportJob(kind=mapping.kind, source=mapping.source, created_by=by, saved_mapping=mapping)
    job.file_name = name[-255:]
    try:
        with transaction.atomic():
            stored = File(file, name=job.file_name)
            job.file_bytes = stored.size
            job.file.save(job.file_name, stored, save=False)
            job.save(force_insert=True)
            Arrival.objects.create(schedule=schedule, job=job, file_name=job.file_name, file_key=key)
            audit.record("import.arrived", job, by=by, schedule=schedule.pk, bytes=job.file_bytes)
    except IntegrityError:  # another worker was quicker
        job.file.delete(save=False)
        return False
    return True


def _fail(arrival: Arrival, error: str) -> None:
    arrival.state, arrival.error = Arrival.State.FAILED, error
    arrival.save()
    tell(arrival)


def _put_away(arrival: Arrival, where: str) -> None:
    if arrival.schedule.origin != Schedule.Origin.FOLDER or not arrival.file_name:
        return
    folder = open_folder(arrival.schedule)
    path = folder / arrival.file_name
    if path.is_file():
        path.replace(folder / where / f"{timezone.localtime():%Y%m%d-%H%M%S}-{path.name}")
