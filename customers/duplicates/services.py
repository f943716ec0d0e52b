"""What people ask for beside single decisions: many at once, a matching run, other settings."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers.duplicates import automatic, batching, tasks
from customers.duplicates.models import Batch, BatchItem
from customers.matching import running
from customers.matching import tasks as matching_tasks
from customers.matching.models import PairQuerySet, Run

Status = Batch.Status
# So many pairs are decided while the colleague waits; more go to a worker.
AT_ONCE = 5
# One decision is for so many pairs at most.
MOST = 5_000


@transaction.atomic
def start(*, by: User, may_join_many: bool = False) -> Run:
    """Queues a matching of the whole base."""
    run = running.queue(by=by, may_join_many=may_join_many)
    if run is None:
        raise Refused(_("A matching run is already under way."))
    audit.record("duplicate.run_started", run, by=by, may_join_many=may_join_many)
    transaction.on_commit(partial(matching_tasks.run.delay, run.pk))
    return run


@transaction.atomic
def change_settings(given: Mapping[str, Any], *, by: User) -> None:
    """The audit log says what they were before."""
    kept = automatic.settings()
    old = {name: getattr(kept, name) for name in given}
    for name, value in given.items():
        setattr(kept, name, value)
    try:
        kept.save()
    except IntegrityError:
        raise Refused(_("Somebody else is changing the settings. Please try again.")) from None
    changed = {name: [old[name], value] for name, value in given.items() if old[name] != value}
    audit.record("duplicate.settings_changed", kept, by=by, **changed)


def decide_all(rows: PairQuerySet, verdict: str, *, by: User) -> Batch:
    """The same answer for all these pairs, the best first."""
    with transaction.atomic():
        pks = list(rows.open().best_first().values_list("pk", flat=True)[:MOST])
        if not pks:
            raise Refused(_("Somebody has already decided about these pairs."))
        batch = Batch.objects.create(verdict=verdict, total=len(pks), created_by=by)
        BatchItem.objects.bulk_create((BatchItem(batch=batch, pair_id=pk) for pk in pks), batch_size=1000)
        audit.record("duplicate.batch_started", batch, by=by, verdict=verdict, pairs=len(pks))
        if len(pks) > AT_ONCE:
            transaction.on_commit(partial(tasks.decide.delay, batch.pk))
    if len(pks) <= AT_ONCE:
        batching.run(batch.pk)
    return batch


def undo_all(batch: Batch, *, by: User) -> None:
    with transaction.atomic():
        ended = Batch.objects.filter(pk=batch.pk, status__in=[Status.DONE, Status.FAILED])
        fresh = {"attempts": 0, "lease_until": None, "lease_token": "", "error": ""}
        if not batch.can_be_undone or not ended.update(status=Status.UNDO_QUEUED, **fresh):
            raise Refused(_("This was undone already."))
        audit.record("duplicate.batch_undo_asked", batch, by=by)
        if batch.decided > AT_ONCE:
            transaction.on_commit(partial(tasks.undo.delay, batch.pk))
    if batch.decided <= AT_ONCE:
        batching.undo(batch.pk)
