"""Work on everybody that outlives a request: a row says what is to be done, a lease who does it.

Readers see the outcome of a run as a whole, or none of it: whoever works on it publishes in the transaction
in which `Held.finish` finds that the lease is still theirs. A crash leaves what was published before.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, Generic, Self, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3

Row = TypeVar("Row", bound="Leased")


class LostLease(Exception):
    """Somebody else took this work over, because we seemed dead."""


class LeasedQuerySet(models.QuerySet[Row]):
    def done(self) -> Self:
        return self.filter(status=Leased.Status.DONE)

    def unfinished(self) -> Self:
        return self.filter(status__in=[Leased.Status.QUEUED, Leased.Status.RUNNING])

    def unheld(self) -> Self:
        """Waiting for a worker, or left by one that died."""
        return self.unfinished().filter(Q(status=Leased.Status.QUEUED) | Q(lease_until__lt=timezone.now()))


class Leased(models.Model):
    """A row that is work."""

    # Longer than the longest step between two signs of life; so long nobody takes over from a dead worker.
    lease = timedelta(minutes=10)

    class Status(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("scoring", "Queued")
        RUNNING = "running", pgettext_lazy("scoring", "Running")
        DONE = "done", pgettext_lazy("scoring", "Done")
        FAILED = "failed", pgettext_lazy("scoring", "Failed")

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    progress = models.PositiveSmallIntegerField(default=0, help_text="0 to 100.")
    as_of = models.DateTimeField(_("as of"), default=timezone.now)
    error = models.TextField(_("error"), blank=True)
    asked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def is_under_way(self) -> bool:
        return self.status in (self.Status.QUEUED, self.Status.RUNNING)


@dataclass(frozen=True)
class Held(Generic[Row]):
    """A row that this worker holds."""

    row: Row
    token: str

    @property
    def as_of(self) -> datetime:
        return self.row.as_of

    def step(self, progress: int, **fields: Any) -> None:
        """Says how far the work is, and that we are alive."""
        self._write(progress=progress, lease_until=timezone.now() + self.row.lease, **fields)

    def finish(self, **fields: Any) -> None:
        done = {"status": Leased.Status.DONE, "progress": 100, "finished_at": timezone.now()}
        self._write(lease_until=None, **done, **fields)

    def _write(self, **fields: Any) -> None:
        rows: Any = type(self.row)._default_manager
        if not rows.unfinished().filter(pk=self.row.pk, lease_token=self.token).update(**fields):
            raise LostLease


def queue(model: type[Row], *, by: User | None, **fields: Any) -> Row | None:
    """A new row, or None where a constraint lets only one wait or work at a time."""
    try:
        with transaction.atomic():
            return model._default_manager.create(asked_by=by, **fields)
    except IntegrityError:
        return None


def run(model: type[Row], pk: int, work: Callable[[Held[Row]], None]) -> None:
    """Does the work, unless another worker holds the row or has finished it."""
    held = _claim(model, pk)
    if held is None:
        return
    try:
        work(held)
    except LostLease:
        log.warning("%s %d was taken over by another worker", model.__name__, pk)
    except Exception as error:
        # The next sweep tries again at once; what went wrong shows until then, without data of customers.
        model._default_manager.filter(pk=pk, lease_token=held.token).update(
            lease_until=timezone.now(), error=type(error).__name__
        )
        raise


def sweep(model: type[Row], work: Callable[[Held[Row]], None]) -> None:
    """Gives up rows that fail again and again, and works on one that waits."""
    rows: Any = model._default_manager
    waiting = rows.unheld()
    waiting.filter(attempts__gte=MOST_ATTEMPTS).update(
        status=Leased.Status.FAILED, finished_at=timezone.now()
    )
    found = waiting.order_by("created_at").first()
    if found:
        run(model, found.pk, work)


def _claim(model: type[Row], pk: int) -> Held[Row] | None:
    token, rows = token_hex(8), model._default_manager
    unheld: Any = rows
    claimed = (
        unheld.unheld()
        .filter(pk=pk, attempts__lt=MOST_ATTEMPTS)
        .update(
            status=Leased.Status.RUNNING,
            attempts=F("attempts") + 1,
            lease_token=token,
            lease_until=timezone.now() + model.lease,
            error="",
        )
    )
    return Held(rows.get(pk=pk), token) if claimed else None
