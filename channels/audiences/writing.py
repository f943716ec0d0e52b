"""Goes through an audience's members: counts them, and writes the file and what changed since the last.

Each attempt writes into a folder of its own, which the run names only when all of it is there. What a worker
that died has begun is reached by nobody, and removed a day later; the next attempt begins anew.
"""

import csv
import hashlib
import secrets
import shutil
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from channels.audiences.formats import NETWORKS, Network
from channels.audiences.judging import pages
from channels.audiences.models import Audience, AudienceRun
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers import jobs
from customers.jobs import LeaseLost

FOLDER = "audiences"
KEPT = timedelta(days=14)
# No run takes that long: what is older and belongs to none was left behind.
LEFT_BEHIND = timedelta(days=1)
WHOLE, ADDED, REMOVED = "whole", "added", "removed"
PARTS = (WHOLE, ADDED, REMOVED)
NO_RIGHTS, GREW, QUESTION = "no_rights", "grew", "question"
Digests = npt.NDArray[np.uint64]
Status = AudienceRun.Status


class Stopped(Exception):
    """A rule ends the work. The message is the code of the reason."""


def work(run_id: int) -> None:
    run = jobs.claim(AudienceRun, run_id, {Status.QUEUED: Status.RUNNING}, Status.FAILED)
    if run is None:
        return
    folder = settings.MEDIA_ROOT / FOLDER / secrets.token_hex(16)
    try:
        _go_through(run, folder)
    except (Stopped, Refused) as reason:
        shutil.rmtree(folder, ignore_errors=True)
        jobs.finish(run, Status.FAILED, error=str(reason) if isinstance(reason, Stopped) else QUESTION)
        Audience.objects.filter(pk=run.audience_id, state=Audience.State.ON).update(next_at=None)
    except LeaseLost:
        shutil.rmtree(folder, ignore_errors=True)


def remove_stale() -> None:
    for run in AudienceRun.objects.stale():
        if run.folder:
            shutil.rmtree(settings.MEDIA_ROOT / FOLDER / run.folder, ignore_errors=True)
        AudienceRun.objects.stale().filter(pk=run.pk).update(status=Status.EXPIRED, folder="")
    _remove_left_behind()


def path_of(run: AudienceRun, part: str) -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER / run.folder / part


def _remove_left_behind() -> None:
    place, before = Path(settings.MEDIA_ROOT) / FOLDER, timezone.now() - LEFT_BEHIND
    old = [one for one in place.glob("*") if one.stat().st_mtime < before.timestamp()]
    known = AudienceRun.objects.filter(folder__in=[one.name for one in old]).values_list("folder", flat=True)
    for one in {one.name for one in old}.difference(known):
        shutil.rmtree(place / one, ignore_errors=True)


def _go_through(run: AudienceRun, folder: Path) -> None:
    audience = Audience.objects.select_related("segment", "created_by").get(pk=run.audience_id)
    if not audience.created_by.may("audience", "create"):
        raise Stopped(NO_RIGHTS)
    network = NETWORKS[audience.network]
    if not run.writes:
        for _rows in _rows_of(run, audience, network):
            pass
        jobs.finish(run, Status.DONE, exported=0)
        return
    folder.mkdir(parents=True, mode=0o700)
    with (folder / WHOLE).open("w", encoding="utf-8", newline="") as file:
        _write(file, network, _once(_rows_of(run, audience, network)))
    before = _before(run)
    if before:
        run.added, run.removed = _changes(folder, path_of(before, WHOLE), network)
    _end(run, audience, folder)


def _rows_of(run: AudienceRun, audience: Audience, network: Network) -> Iterator[tuple[str, ...]]:
    run.members = run.identified = run.consented = 0
    for page in pages(audience, network):
        run.members += page.members
        run.identified += page.identified
        run.consented += page.consented
        if run.writes and run.members > audience.limit:
            raise Stopped(GREW)
        counts = {name: getattr(run, name) for name in ("members", "identified", "consented")}
        jobs.advance(run, **counts)
        yield from page.rows


def _once(rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """A mailbox that several customers share goes out once."""
    seen: set[int] = set()
    for row in rows:
        digest = _digest(",".join(row).encode())
        if digest not in seen:
            seen.add(digest)
            yield row


def _write(file: IO[str], network: Network, rows: Iterable[tuple[str, ...]]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    if network.header:
        writer.writerow(network.header)
    writer.writerows(rows)


def _before(run: AudienceRun) -> AudienceRun | None:
    """The last whole file, as long as it is kept."""
    earlier = AudienceRun.objects.filter(
        audience=run.audience_id, status=Status.DONE, writes=True, pk__lt=run.pk
    )
    found = earlier.exclude(folder="").order_by("-pk").first()
    return found if found and path_of(found, WHOLE).exists() else None


def _changes(folder: Path, old: Path, network: Network) -> tuple[int, int]:
    new = folder / WHOLE
    have, had = _digests(new, network), _digests(old, network)
    added = _differing(new, had, folder / ADDED, network)
    return added, _differing(old, have, folder / REMOVED, network)


def _differing(file: Path, known: Digests, into: Path, network: Network) -> int:
    """Writes the lines of `file` that are not among the known; how many there were."""
    number = 0
    with into.open("wb") as target:
        if network.header:
            target.write(",".join(network.header).encode() + b"\n")
        for line in _lines(file, network):
            place = int(np.searchsorted(known, np.uint64(_digest(line))))
            if place == len(known) or int(known[place]) != _digest(line):
                target.write(line + b"\n")
                number += 1
    return number


def _digests(file: Path, network: Network) -> Digests:
    """Eight bytes for each line, in order: a million lines are eight megabytes."""
    return np.sort(np.fromiter(map(_digest, _lines(file, network)), dtype=np.uint64))


def _lines(file: Path, network: Network) -> Iterator[bytes]:
    with file.open("rb") as lines:
        if network.header:
            next(lines, None)
        for line in lines:
            yield line.rstrip(b"\n")


def _digest(line: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(line, digest_size=8).digest(), "big")


@transaction.atomic
def _end(run: AudienceRun, audience: Audience, folder: Path) -> None:
    for file in folder.iterdir():
        file.chmod(0o600)
    with (folder / WHOLE).open("rb") as whole:
        digest = hashlib.file_digest(whole, "sha256").hexdigest()
    number = sum(1 for _line in _lines(folder / WHOLE, NETWORKS[audience.network]))
    jobs.finish(
        run,
        Status.DONE,
        exported=number,
        added=run.added,
        removed=run.removed,
        folder=folder.name,
        sha256=digest,
        expires_at=timezone.now() + KEPT,
    )
    audit.record("audience.written", audience, by=audience.created_by, rows=number, sha256=digest)
