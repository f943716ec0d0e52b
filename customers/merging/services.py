"""What people and rules ask for: join customers, take a merge back, say that two are not the same."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers.matching.models import Pair, Weights
from customers.merging import chain, joining, locking, parting, previewing, rules, settling, surviving, tables
from customers.merging.chain import survivor_of
from customers.merging.models import Apart, Merge
from customers.merging.parting import Since
from customers.merging.previewing import Preview, preview
from customers.models import Customer
from customers.timeline import services as timeline

__all__ = [
    "Preview",
    "Since",
    "are_apart",
    "changes_since",
    "keep_apart",
    "merge",
    "preview",
    "survivor_of",
    "undo",
]


class ChangedSince(Refused):
    """A lot can happen after a merge. Somebody should look at it before taking the merge back."""

    def __init__(self, found: Since) -> None:
        super().__init__(_("Things have changed since. Please look at what stays with whom."))
        self.since = found


def merge(
    survivor: Customer,
    absorbed: Sequence[Customer],
    *,
    by: User | None,
    winners: Mapping[str, int] | None = None,
    cause: str = Merge.Cause.PERSON,
    bits: float | None = None,
    gate: str = "",
    weights: Weights | None = None,
    insist: bool = False,
) -> list[Merge]:
    """All become part of `survivor`. `by` None is a rule, which may everything but never insists: a person
    may join again what somebody took apart."""
    order = joining.Order(by, cause, uuid4(), winners or {}, (), bits, gate, weights)
    pks = [survivor.pk, *sorted({one.pk for one in absorbed})]
    made = locking.patiently(partial(_merge, pks, order, insist=insist and by is not None))
    survivor.refresh_from_db()
    return made


def undo(merge: Merge, *, by: User | None, despite: bool = False) -> None:
    """Takes a merge back, at any time. Raises ChangedSince unless somebody says `despite` what changed."""
    locking.patiently(partial(_undo, merge.pk, by, despite=despite))
    merge.refresh_from_db()


def changes_since(merge: Merge) -> Since:
    return parting.since(merge)


@transaction.atomic
def keep_apart(one: Customer, other: Customer, *, by: User) -> None:
    """These are not the same. Nothing joins them by itself from now on."""
    if one.pk == other.pk:
        raise Refused(_("This takes two customers."))
    low, high = sorted([one, other], key=lambda customer: customer.pk)
    Apart.objects.bulk_create([Apart(one=low, other=high, by=by)], ignore_conflicts=True)
    joining.decide(low, high, Pair.State.APART, by)
    audit.record("customer.kept_apart", low, by=by, other=high.pk)


def are_apart(pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of the pairs, in the order given, of which somebody said that they are not the same."""
    every = {pk for pair in pairs for pk in pair}
    said = Apart.objects.filter(one__in=every, other__in=every).values_list("one", "other")
    known = {frozenset(pair) for pair in said}
    return {pair for pair in pairs if frozenset(pair) in known}


def _merge(pks: Sequence[int], order: joining.Order, *, insist: bool) -> list[Merge]:
    locked = locking.lock(pks)
    customers = [locked[pk] for pk in pks if pk in locked]
    if len(customers) < len(pks):
        raise Refused(_("One of these customers no longer exists."))
    if found := previewing.obstacles(customers, by=order.by, insist=insist):
        raise Refused(found[0])
    survivor, *others = customers
    order = replace(order, choices=surviving.choose(customers, order.winners))
    _check_rights(order)
    made = [joining.absorb(survivor, one, order) for one in others]
    _refresh(pks)
    # What the merge itself wrote did not come later.
    newest = tables.marks()
    for one in made:
        one.marks = newest
    Merge.objects.bulk_update(made, ["marks"])
    return made


def _undo(pk: int, by: User | None, *, despite: bool) -> None:
    asked = Merge.objects.get(pk=pk)
    chained = [asked.survivor_id, *chain.above(asked.survivor_id)]
    locked = locking.lock([asked.absorbed_id, *chained])
    if chained != [asked.survivor_id, *chain.above(asked.survivor_id)]:
        raise locking.Again
    # Read once more: another undo may have told this merge of values that must not come back.
    asked = Merge.objects.get(pk=pk)
    if asked.undone_at:
        raise Refused(_("This merge was already undone."))
    holders, absorbed = [locked[one] for one in chained], locked[asked.absorbed_id]
    if by and not Customer.objects.visible_to(by, "merge").filter(pk=chained[-1]).exists():
        raise Refused(_("You may not undo this merge."))
    _refuse_by_rule(list(locked))
    if not despite and (found := parting.since(asked)):
        raise ChangedSince(found)
    parting.part(asked, holders, absorbed, by=by)
    Merge.objects.filter(pk=pk).update(undone_at=timezone.now(), undone_by=by)
    settling.settle(list(locked))
    _refresh([one.pk for one in holders] + [absorbed.pk])
    for one, other in ((holders[-1], absorbed), (absorbed, holders[-1])):
        timeline.record(one, "customer.unmerged", summary=other.name, by=by, merge=pk, other=other.pk)
        audit.record("customer.unmerged", one, by=by, merge=pk, other=other.pk)


def _refresh(pks: Collection[int]) -> None:
    for rule in rules.all_rules():
        if rule.refresh:
            rule.refresh(pks)


def _refuse_by_rule(pks: Collection[int]) -> None:
    for rule in rules.all_rules():
        if rule.refuse and (why := rule.refuse(pks)):
            raise Refused(why)


def _check_rights(order: joining.Order) -> None:
    """Choosing another owner is handing a customer over."""
    chosen = any(one.field == "owner" and one.why == surviving.Why.CHOSEN for one in order.choices)
    if chosen and order.by and not order.by.may("customer", "assign"):
        raise Refused(_("Only who may hand over customers can choose the owner."))
