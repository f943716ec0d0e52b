"""Work on many customers that outlives the request: a row says what is to be done, a lease who does it.

The row is the work. Celery only wakes somebody up; a sweep finds what a crash or a lost message left.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.listing import Listing
from customers.models import Customer, CustomerQuerySet

LEASE = timedelta(seconds=60)
# A nudge is given this long to reach a worker before the sweep nudges again.
PATIENCE = timedelta(seconds=60)
ATTEMPTS = 5
INTERRUPTED = "interrupted"


class LeaseLost(Exception):
    """Somebody cancelled the work, or took it over because we were silent for too long."""


class Job(models.Model):
    """Which customers somebody chose, and who works on them. Kinds of work are models of their own."""

    query = models.TextField(blank=True, help_text="The list's address; all that match it are meant.")
    ids = ArrayField(models.BigIntegerField(), default=list, blank=True, help_text="Or just these.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    error = models.CharField(max_length=60, blank=True, help_text="A code.")
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Starts since anything was committed.")

    status: Any

    class Meta:
        abstract = True


Work = TypeVar("Work", bound=Job)


def chosen(job: Job, user: User, action: str = "view") -> CustomerQuerySet:
    """The chosen customers on whom `user` may do this, as things stand now."""
    if job.ids:
        return Customer.objects.visible_to(user, action).filter(pk__in=job.ids)
    return Listing(user, question_of(job), action=action).rows()


def question_of(job: Job) -> QueryDict:
    return QueryDict(job.query)


def claim(model: type[Work], pk: int, moves: Mapping[str, str], failed: str) -> Work | None:
    """Takes a job that waits or was left half-way. `moves` leads from waiting to working.

    None when there is nothing to take. A job that keeps dying ends as `failed`.
    """
    now = timezone.now()
    for waiting, working in moves.items():
        free = model._default_manager.filter(pk=pk, status__in=[waiting, working])
        if free.exclude(lease_until__gt=now, lease_token__gt="").update(
            status=working,
            lease_token=uuid4().hex,
            lease_until=now + LEASE,
            attempts=F("attempts") + 1,
            started_at=Coalesce("started_at", now),
        ):
            break
    else:
        return None
    job = model._default_manager.select_related("created_by").get(pk=pk)
    if job.attempts > ATTEMPTS:
        finish(job, failed, error=INTERRUPTED)
        return None
    return job


def advance(job: Job, **changes: Any) -> None:
    """Saves progress and renews the lease; LeaseLost unless it is still ours.

    Called first in a chunk's transaction, it also keeps others from claiming the job before the chunk ends.
    """
    still = {"pk": job.pk, "lease_token": job.lease_token, "status": job.status}
    mine = type(job)._default_manager.filter(**still)
    if not mine.update(lease_until=timezone.now() + LEASE, **changes):
        raise LeaseLost


def finish(job: Job, status: str, **changes: Any) -> None:
    advance(job, status=status, lease_token="", finished_at=timezone.now(), **changes)


def sweep(model: type[Work], statuses: list[str]) -> list[int]:
    """The jobs nobody works on, each handed out to one sweep only."""
    waiting = model._default_manager.filter(status__in=statuses).exclude(lease_until__gt=timezone.now())
    found = []
    for pk, token in waiting.values_list("pk", "lease_token"):
        if waiting.filter(pk=pk, lease_token=token).update(
            lease_token="", lease_until=timezone.now() + PATIENCE
        ):
            found.append(pk)
    return found
