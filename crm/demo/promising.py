"""How long customers were promised to wait, and whether the promise was kept."""

from collections.abc import Iterator
from datetime import datetime

from channels.inbox.models import Conversation
from channels.standards import clocks, conditions
from channels.standards.choosing import Standards
from channels.standards.models import Clock, Policy

Kind, Status = Clock.Kind, Conversation.Status


def promise(conversations: list[Conversation], *, until: datetime) -> None:
    standards = Standards()
    facts = conditions.gather([one.pk for one in conversations], standards.asked)
    made: list[Clock] = []
    for one in conversations:
        policy = standards.choose(facts[one.pk])
        if policy is not None:
            made += _clocks(one, policy, until)
    Clock.objects.bulk_create(made, batch_size=1000)


def _clocks(one: Conversation, policy: Policy, until: datetime) -> Iterator[Clock]:
    """The first reply, the one that is awaited now, and the solution, as they would stand at `until`."""
    yield from _clock(one, policy, Kind.FIRST, one.opened_at, one.first_reply_at, until)
    if one.first_reply_at and one.waiting_since:
        yield from _clock(one, policy, Kind.NEXT, one.waiting_since, None, until)
    yield from _clock(one, policy, Kind.SOLVED, one.opened_at, one.closed_at, until)


def _clock(
    one: Conversation, policy: Policy, kind: Clock.Kind, at: datetime, met: datetime | None, until: datetime
) -> Iterator[Clock]:
    minutes = policy.minutes(kind)
    if not minutes:
        return
    clock = Clock(conversation=one, kind=kind, policy=policy, started_at=at, target=minutes * 60)
    clocks.count_from(clock, policy, at)
    end = min(met or until, until)
    if clock.due_at and clock.due_at < end:
        clock.breached_at = clock.escalated_at = clock.due_at
    if clock.warn_at and clock.warn_at < end:
        clock.warned_at = clock.warn_at
    if met:
        clock.met_at = met
    elif one.status == Status.PENDING and policy.pauses_pending:
        clocks.stop_counting(clock, policy, one.last_at)
    yield clock
