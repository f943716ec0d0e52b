"""One decision: these customers are the same, these two are not, and taking either back."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import BadInput, Refused
from customers.duplicates import reading
from customers.matching import gates
from customers.matching.models import Pair, PairQuerySet
from customers.merging import services as merging
from customers.merging.models import Apart, Merge
from customers.models import Customer

State = Pair.State
SURE, LIKELY = "sure", "likely"


@transaction.atomic
def join(
    customers: Sequence[Customer], survivor: Customer, *, by: User, winners: Mapping[str, int]
) -> list[Merge]:
    """Makes these customers one; `winners` says whose value a field gets, where it is not the usual."""
    if not 2 <= len(customers) <= reading.MOST:
        raise BadInput(_("Choose two to ten customers."))
    absorbed = [one for one in customers if one.pk != survivor.pk]
    among = reading.pairs_among([one.pk for one in customers])
    best = among.select_related("weights").best_first().first()
    # Whoever looked at them and says that they are the same overrides what was said before.
    merges = merging.merge(
        survivor,
        absorbed,
        by=by,
        winners=winners,
        bits=best.bits if best else None,
        gate=gate_of(best) if best else "",
        weights=best.weights if best else None,
        insist=True,
    )
    close([one.pk for one in among.open()], State.JOINED, by)
    return merges


@transaction.atomic
def take_apart(batch: UUID, *, by: User) -> None:
    """Takes back, right away, what was joined in one go: the question is open again."""
    merges = list(Merge.objects.standing().filter(batch=batch).order_by("-pk"))
    if not merges:
        raise Refused(_("This was undone already."))
    for one in merges:
        part(one, by=by)
    customers = {pk for one in merges for pk in (one.survivor_id, one.absorbed_id)}
    ask_again(reading.pairs_among(list(customers)))


def part(merge: Merge, *, by: User) -> None:
    """Undoes a merge without saying that the two are not the same: it was only too early."""
    merging.undo(merge, by=by)
    both = [merge.survivor_id, merge.absorbed_id]
    Apart.objects.filter(one__in=both, other__in=both).delete()


@transaction.atomic
def refuse(pair: Pair, *, by: User) -> None:
    """The two are not the same. They are offered again only when their data change."""
    if not close([pair.pk], State.APART, by):
        raise Refused(_("Somebody has already decided about these two."))
    merging.keep_apart(pair.low, pair.high, by=by)


@transaction.atomic
def reopen(pair: Pair, *, by: User) -> None:
    """Takes back that the two are not the same."""
    if not ask_again(Pair.objects.filter(pk=pair.pk, state=State.APART)):
        raise Refused(_("This was undone already."))
    audit.record("duplicate.reopened", pair, by=by)


def ask_again(rows: PairQuerySet) -> int:
    ends = list(rows.exclude(state=State.OPEN).values_list("low", "high"))
    for low, high in ends:
        Apart.objects.filter(Q(one=low, other=high) | Q(one=high, other=low)).delete()
    return rows.exclude(state=State.OPEN).update(state=State.OPEN, decided_by=None, decided_at=None)


def gate_of(pair: Pair) -> str:
    met = {one["field"]: one["level"] for one in pair.reasons}
    return SURE if gates.is_sure(met) else LIKELY if gates.is_likely(met) else ""


def close(pks: Sequence[int], state: str, by: User | None) -> int:
    """How many of these pairs were open and are decided now."""
    return (
        Pair.objects.open().filter(pk__in=pks).update(state=state, decided_by=by, decided_at=timezone.now())
    )
