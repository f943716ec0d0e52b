"""One customer becomes part of another, in the caller's transaction, with both locked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from crm.accounts.models import User
from crm.audit import services as audit
from customers.matching.models import Pair, Weights
from customers.merging import rules, tables
from customers.merging.models import Apart, Merge, Move
from customers.merging.surviving import Choice, Why
from customers.models import Customer
from customers.record import recording
from customers.record.fields import DELETED, RELATIONS, dump
from customers.record.models import Change
from customers.timeline import services as timeline

TELLER = "merge"
# No facts about a customer, so not in the history.
UNTOLD = ("source", "created_at")


@dataclass(frozen=True)
class Order:
    """What somebody, or a rule, asked for."""

    by: User | None
    cause: str
    batch: UUID
    winners: Mapping[str, int]
    choices: Sequence[Choice]
    bits: float | None = None
    gate: str = ""
    weights: Weights | None = None


def absorb(survivor: Customer, one: Customer, order: Order) -> Merge:
    merge = Merge.objects.create(
        survivor=survivor,
        absorbed=one,
        batch=order.batch,
        cause=order.cause,
        by=order.by,
        bits=order.bits,
        gate=order.gate,
        weights=order.weights,
    )
    _take_values(merge, survivor, one, order)
    _hide(one, order.by)
    # Whatever stood between the two was overcome by somebody who may.
    Apart.objects.filter(one__in=[survivor, one], other__in=[survivor, one]).delete()
    _hand_over(merge, survivor, one, order)
    decide(survivor, one, Pair.State.JOINED, order.by)
    _tell(merge, survivor, one, order)
    return merge


def _take_values(merge: Merge, survivor: Customer, one: Customer, order: Order) -> None:
    new = _values(survivor, one, order.choices)
    changed = {name: value for name, value in new.items() if getattr(survivor, name) != value}
    old = {name: getattr(survivor, name) for name in changed}
    for name, value in changed.items():
        setattr(survivor, name, value)
    # A version without a trace in the history would look like a change of everything.
    survivor.version += bool(changed)
    survivor.save(update_fields=[*changed, "version", "updated_at"])
    kept = {_field(name): (old[name], value) for name, value in changed.items() if name not in UNTOLD}
    recording.record(survivor, kept, by=order.by, source=Change.Source.MERGE)
    merge.before = {_field(name): dump(value) for name, value in old.items()}
    merge.after = {_field(name): dump(value) for name, value in changed.items()}
    merge.save(update_fields=["before", "after"])


def _values(survivor: Customer, one: Customer, choices: Sequence[Choice]) -> dict[str, Any]:
    """What the survivor has after taking in `one`."""
    new: dict[str, Any] = {}
    for choice in choices:
        if choice.why == Why.ALL:
            new["tags"] = list(dict.fromkeys([*survivor.tags, *one.tags]))
        elif choice.winner == one.pk:
            new |= {_attribute(name): getattr(one, _attribute(name)) for name in choice.fields}
    if "team_id" in new:
        # Without a team of its own, an owner leaves the customer with the team that knows it.
        new["team_id"] = new["team_id"] or survivor.team_id
    if new.get("organisation_id") in (survivor.pk, one.pk):
        del new["organisation_id"]
    if one.created_at < survivor.created_at:
        new |= {"created_at": one.created_at, "source": one.source}
    return new


def _attribute(name: str) -> str:
    return f"{name}_id" if name in RELATIONS else name


def _field(attribute: str) -> str:
    return attribute.removesuffix("_id")


def _hide(one: Customer, by: User | None) -> None:
    one.deleted_at, one.deleted_by = timezone.now(), by
    one.version += 1
    one.save(update_fields=["deleted_at", "deleted_by", "version", "updated_at"])
    recording.record(one, {DELETED: (None, one.deleted_at)}, by=by, source=Change.Source.MERGE)


def _hand_over(merge: Merge, survivor: Customer, one: Customer, order: Order) -> None:
    moves = []
    for column in tables.holding(one.pk):
        pks = tables.hand_over(column, column.rows_of(one.pk), survivor.pk)
        stayed = list(column.rows_of(one.pk).values_list("pk", flat=True))
        if pks or stayed:
            moves.append(Move(merge=merge, table=column.table, column=column.column, pks=pks, rows=stayed))
    joining = rules.Joining(merge, survivor, one, order.winners)
    joined = ((rule.model, rule.join(joining)) for rule in rules.all_rules() if rule.join)
    moves += [Move(merge=merge, table=model, column="", rows=rows) for model, rows in joined if rows]
    Move.objects.bulk_create(moves)


def decide(one: Customer, other: Customer, state: str, by: User | None) -> None:
    """A pair that matching found is no longer a question."""
    low, high = sorted([one.pk, other.pk])
    Pair.objects.filter(low=low, high=high).update(state=state, decided_by=by, decided_at=timezone.now())


def _tell(merge: Merge, survivor: Customer, one: Customer, order: Order) -> None:
    timeline.record(
        survivor,
        "customer.merged",
        summary=one.name,
        by=order.by,
        source=TELLER,
        source_id=str(merge.pk),
        merge=merge.pk,
        absorbed=one.pk,
        fields=sorted(merge.after),
    )
    told = {"merge": merge.pk, "cause": order.cause, "bits": order.bits, "gate": order.gate}
    audit.record("customer.merged", survivor, by=order.by, absorbed=one.pk, **told)
    audit.record("customer.absorbed", one, by=order.by, survivor=survivor.pk, **told)
