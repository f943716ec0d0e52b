"""What people ask for: choose customers, look at what would change, start, cancel, undo."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers.bulk import runner, tasks
from customers.bulk.actions import Action
from customers.bulk.models import BulkJob
from customers.listing import canonical

Status = BulkJob.Status
# So few are done while the colleague waits; more go to a worker.
AT_ONCE = 200


def choose(action: Action, *, ids: Sequence[int], query: str, by: User) -> BulkJob:
    """A draft for these customers, or for all that match the address when there are no ids."""
    return BulkJob.objects.create(
        action=action.key, ids=sorted(set(ids)), query="" if ids else canonical(query, by), created_by=by
    )


def start(job: BulkJob, action: Action, params: Mapping[str, Any], *, by: User) -> None:
    with transaction.atomic():
        draft = BulkJob.objects.filter(pk=job.pk, status=Status.DRAFT)
        if not draft.update(status=Status.QUEUED, params=dict(params), started_at=timezone.now()):
            raise Refused(_("This change was already started."))
        audit.record("bulk.started", job, by=by, action=action.key)
        if len(job.ids) > AT_ONCE or not job.ids:
            transaction.on_commit(partial(tasks.run.delay, job.pk))
    if 0 < len(job.ids) <= AT_ONCE:
        runner.run(job.pk)


@transaction.atomic
def cancel(job: BulkJob, *, by: User) -> None:
    """What was changed stays, and can be undone; what was not is left alone."""
    waiting = BulkJob.objects.filter(pk=job.pk, status__in=[Status.DRAFT, Status.QUEUED, Status.RUNNING])
    if not waiting.update(status=Status.CANCELLED, finished_at=timezone.now(), lease_token=""):
        raise Refused(_("This change has already ended."))
    audit.record("bulk.cancelled", job, by=by)


@transaction.atomic
def undo(job: BulkJob, *, by: User) -> None:
    if not job.can_be_undone:
        raise Refused(_("This change can no longer be undone."))
    ended = BulkJob.objects.filter(pk=job.pk, status=job.status)
    if not ended.update(
        status=Status.UNDO_QUEUED, position=0, attempts=0, lease_until=None, lease_token="", error=""
    ):
        raise Refused(_("This change is being undone already."))
    audit.record("bulk.undo_asked", job, by=by)
    transaction.on_commit(partial(tasks.undo.delay, job.pk))
