"""Carries one answer out, pair by pair. Each pair is a transaction that also moves the batch on."""

from django.db import transaction
from django.db.models import F

from crm.accounts.models import User
from crm.lib.errors import Refused
from customers import jobs
from customers.duplicates import automatic, deciding
from customers.duplicates.models import Batch, BatchItem
from customers.jobs import LeaseLost
from customers.matching.models import Pair
from customers.merging import services as merging
from customers.merging.models import Merge
from customers.models import Customer

Status, Outcome = Batch.Status, BatchItem.Outcome
FORWARDS: dict[str, str] = {Status.QUEUED: Status.RUNNING}
BACKWARDS: dict[str, str] = {Status.UNDO_QUEUED: Status.UNDOING}


def run(batch_pk: int) -> None:
    batch = jobs.claim(Batch, batch_pk, FORWARDS, Status.FAILED)
    if batch is None:
        return
    try:
        while _decide_next(batch):
            pass
        jobs.finish(batch, Status.DONE)
    except LeaseLost:
        return


def undo(batch_pk: int) -> None:
    """Backwards, so that who was joined last is free first."""
    batch = jobs.claim(Batch, batch_pk, BACKWARDS, Status.FAILED)
    if batch is None:
        return
    try:
        while _take_back_next(batch):
            pass
        jobs.finish(batch, Status.UNDONE)
    except LeaseLost:
        return


@transaction.atomic
def _decide_next(batch: Batch) -> bool:
    """Whether there was one to decide."""
    item = batch.items.filter(outcome=Outcome.WAITING).order_by("pk").first()
    if item is None:
        return False
    jobs.advance(batch, attempts=0)
    try:
        with transaction.atomic():
            merges = _carry_out(batch, item.pair_id)
    except Refused:
        merges = None
    outcome = Outcome.LEFT_OUT if merges is None else Outcome.DECIDED
    BatchItem.objects.filter(pk=item.pk).update(outcome=outcome, merges=merges or [])
    counted = "left_out" if merges is None else "decided"
    jobs.advance(batch, **{counted: F(counted) + 1})
    return True


def _carry_out(batch: Batch, pair_pk: int) -> list[int] | None:
    """The merges it took; None when the pair is no longer to be decided, or not by this colleague."""
    user = batch.created_by
    pair = Pair.objects.open().select_related("low", "high", "weights").filter(pk=pair_pk).first()
    if pair is None:
        return None
    if batch.verdict == Batch.Verdict.JOIN:
        return _join(pair, user)
    if not Pair.objects.visible_to(user, "edit").filter(pk=pair_pk).exists():
        return None
    deciding.refuse(pair, by=user)
    return []


def _join(pair: Pair, user: User) -> list[int] | None:
    """Who became part of somebody earlier in the batch is joined as who they are now."""
    ends = sorted({merging.survivor_of(pk) or pk for pk in (pair.low_id, pair.high_id)})
    now = list(Customer.objects.visible_to(user, "merge").filter(pk__in=ends).order_by("pk"))
    if pair.is_vetoed or len(now) < len(ends):
        return None
    merges = []
    if len(now) == 2:
        # Nobody looked at this very pair, so nobody insists.
        if not automatic.fits(ends, pair, automatic.settings()):
            return None
        merges = deciding.join(now, now[0], by=user, winners={})
    deciding.close([pair.pk], Pair.State.JOINED, user)
    return [one.pk for one in merges]


@transaction.atomic
def _take_back_next(batch: Batch) -> bool:
    item = batch.items.filter(outcome=Outcome.DECIDED).select_related("pair").order_by("-pk").first()
    if item is None:
        return False
    jobs.advance(batch, attempts=0)
    try:
        with transaction.atomic():
            _take_back(batch, item)
        outcome, counted = Outcome.UNDONE, "undone"
    except Refused:
        outcome, counted = Outcome.KEPT, "kept"
    BatchItem.objects.filter(pk=item.pk).update(outcome=outcome)
    jobs.advance(batch, **{counted: F(counted) + 1})
    return True


def _take_back(batch: Batch, item: BatchItem) -> None:
    if batch.verdict == Batch.Verdict.APART:
        deciding.reopen(item.pair, by=batch.created_by)
        return
    for merge in Merge.objects.standing().filter(pk__in=item.merges).order_by("-pk"):
        deciding.part(merge, by=batch.created_by)
    deciding.ask_again(Pair.objects.filter(pk=item.pair_id))
