"""The engine. Who is due makes one step, all in one transaction: what happened is written down, the message
or task is laid out, and the next node is set. A crash leaves everything or nothing of it; whatever is still
due is found again. No lease is needed: the row lock of the transaction is one, and dies with its worker.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Count

from channels.direct import tasks as direct
from channels.journeys import acting, books, deciding, plan
from channels.journeys.books import GONE_ON, REACHED, Counts
from channels.journeys.deciding import Outcome, Traveller
from channels.journeys.done import NOTHING, Done
from channels.journeys.models import Journey, Run, Step, Version
from channels.journeys.plan import Kind, Plan

BATCH = 500
STATES = {deciding.GOAL: Run.State.GOAL, deciding.EXIT: Run.State.DONE, "": Run.State.DONE}


@transaction.atomic
def advance(journey_id: int, at: datetime | None = None) -> int:
    """One step for a batch of those who are due; answers how many. Any number of workers may call it."""
    if not books.hold(journey_id, Journey.Status.ON):
        return 0
    at = at or books.clock()
    ready = Run.objects.active().filter(journey=journey_id, due_at__lte=at).order_by("due_at", "pk")
    runs = list(ready.select_for_update(skip_locked=True, no_key=True)[:BATCH])
    for version, under_way in _by_version(runs):
        _advance(version, under_way, at)
    return len(runs)


@transaction.atomic
def reach(journey_id: int, at: datetime | None = None) -> int:
    """Whoever reached the goal during a wait need not wait for its end to be counted. What is missed here
    is found when the wait is over."""
    if not books.hold(journey_id, Journey.Status.ON):
        return 0
    at = at or books.clock()
    ordered = books.ordered(journey_id)
    waiting = Run.objects.active().filter(journey=journey_id, due_at__gt=at, customer__in=ordered)
    runs = list(waiting.select_for_update(skip_locked=True, no_key=True).order_by("pk"))
    number = 0
    for version, under_way in _by_version(runs):
        drawn = plan.read(version.design)
        outcomes = deciding.decide(drawn, _travellers(drawn, under_way, at))
        there = [run for run in under_way if outcomes[run.pk].end == deciding.GOAL]
        _record(version, drawn, there, outcomes, {}, at)
        number += len(there)
    return number


def _by_version(runs: Sequence[Run]) -> list[tuple[Version, list[Run]]]:
    found: dict[int, list[Run]] = defaultdict(list)
    for run in runs:
        found[run.version_id].append(run)
    versions = Version.objects.filter(pk__in=found).select_related("journey__switched_on_by")
    return [(version, found[version.pk]) for version in versions]


def _advance(version: Version, runs: Sequence[Run], at: datetime) -> None:
    drawn = plan.read(version.design)
    outcomes = deciding.decide(drawn, _travellers(drawn, runs, at))
    acting_on = [run for run in runs if not outcomes[run.pk].end and run.node in drawn.nodes]
    acted = acting.act(drawn, version.journey, acting_on, at)
    _record(version, drawn, runs, outcomes, acted, at)
    transaction.on_commit(partial(direct.wake, [done.message for done in acted.values() if done.message]))


def _record(
    version: Version,
    drawn: Plan,
    runs: Sequence[Run],
    outcomes: Mapping[int, Outcome],
    acted: Mapping[int, Done],
    at: datetime,
) -> None:
    """The steps these made, what they add up to, and where everybody stands now."""
    steps, counts = [], Counts()
    for run in runs:
        outcome, done = outcomes[run.pk], acted.get(run.pk, NOTHING)
        what = done.what or outcome.what
        counts[version.pk, run.node, what] += 1
        counts[version.pk, run.node, GONE_ON] += 1
        run.steps += 1
        steps.append(
            Step(
                run=run,
                number=run.steps,
                node=run.node,
                at=at,
                what=what,
                reason=done.reason,
                message=done.message,
            )
        )
        _set(run, outcome, drawn, at)
        if run.node:
            counts[version.pk, run.node, REACHED] += 1
        else:
            counts[version.pk, 0, run.state] += 1
    books.write(steps)
    books.move(runs)
    books.count(counts)
    _tell(version.journey, runs, at)


def _set(run: Run, outcome: Outcome, drawn: Plan, at: datetime) -> None:
    if outcome.to and not outcome.end:
        run.node, run.due_at = outcome.to, deciding.arrival(drawn, outcome.to, at)
        return
    run.node, run.ended_at = 0, at
    run.state, run.reason = STATES.get(outcome.end, Run.State.LEFT), outcome.end


def _tell(journey: Journey, runs: Sequence[Run], at: datetime) -> None:
    for state in (Run.State.GOAL, Run.State.DONE, Run.State.LEFT):
        ended = [
            (run.customer_id, run.pk) for run in runs if run.state == state and run.reason != deciding.GONE
        ]
        books.tell(ended, f"journey.{state}", journey.name, at)


def _travellers(drawn: Plan, runs: Sequence[Run], at: datetime) -> list[Traveller]:
    visits = _visits(drawn, runs)
    return [
        Traveller(
            run.pk, run.customer_id, run.entered_at, run.node, at, run.steps, visits.get(run.pk, Counter())
        )
        for run in runs
    ]


def _visits(drawn: Plan, runs: Sequence[Run]) -> dict[int, Counter[int]]:
    """How often those who are about to go back did so before."""
    going = [run.pk for run in runs if run.node in drawn.nodes and drawn.nodes[run.node].kind == Kind.AGAIN]
    found: dict[int, Counter[int]] = defaultdict(Counter)
    if going:
        rows = Step.objects.filter(run__in=going).values_list("run", "node").annotate(times=Count("pk"))
        for run, node, times in rows:
            found[run][node] = times
    return found


@transaction.atomic
def stop(journey_id: int) -> int:
    """Takes a batch of those under way off a journey that has ended."""
    if not books.hold(journey_id, Journey.Status.ENDED):
        return 0
    rows = Run.objects.active().filter(journey=journey_id).order_by("pk")
    runs = list(rows.select_for_update(skip_locked=True, no_key=True)[: BATCH * 4])
    at, counts = books.clock(), Counts()
    for run in runs:
        counts[run.version_id, run.node, GONE_ON] += 1
        counts[run.version_id, 0, Run.State.LEFT] += 1
        run.node, run.state, run.reason, run.ended_at = 0, Run.State.LEFT, deciding.STOPPED, at
    books.move(runs)
    books.count(counts)
    return len(runs)
