"""Customers that are joined while both are on one journey: who is furthest along goes on, the other run ends.
Runs that are over move along with everything else.
"""

from collections.abc import Collection
from typing import Any

from channels.journeys import deciding
from channels.journeys.ending import end
from channels.journeys.models import Run
from customers.merging import rules
from customers.merging.rules import Joining, Parting, Rule


def register() -> None:
    rules.register(Rule("journeys.run", hold=hold, join=join, part=part))


def hold(customers: Collection[int]) -> None:
    """Before the customers are locked, in the order of the engine, so that neither waits for the other."""
    rows = Run.objects.filter(customer__in=customers).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def join(joining: Joining) -> list[Any]:
    """The runs that could not move: the survivor is under way on the same journey."""
    kept: list[Any] = []
    for theirs in Run.objects.active().filter(customer=joining.absorbed).order_by("pk"):
        mine = Run.objects.active().filter(customer=joining.survivor, journey=theirs.journey_id).first()
        if mine is None or (-theirs.steps, theirs.entered_at) >= (-mine.steps, mine.entered_at):
            end(theirs, deciding.MERGED)
        else:
            end(mine, deciding.MERGED)
        same = Run.objects.filter(
            journey=theirs.journey_id, customer=joining.survivor, entry_key=theirs.entry_key
        )
        for one in same:
            Run.objects.filter(pk=one.pk).update(entry_key=f"{one.entry_key[:40]}~{one.pk}")
        Run.objects.filter(pk=theirs.pk).update(customer=joining.survivor)
        kept.append(theirs.pk)
    return kept


def part(parting: Parting) -> None:
    """Whoever was taken over goes home. The run that ended stays ended: its steps are no longer due."""
    holders = [one.pk for one in parting.holders]
    for run in Run.objects.filter(pk__in=parting.rows, customer__in=holders):
        home = Run.objects.filter(customer=parting.absorbed, journey=run.journey_id)
        if not (home.active() | home.filter(entry_key=run.entry_key)).exists():
            Run.objects.filter(pk=run.pk).update(customer=parting.absorbed)
