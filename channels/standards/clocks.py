"""Promises begin, pause and end with what happens in a conversation. Registered with channels.inbox.hooks, so
each step is part of the transaction that changes the conversation, under its row's lock."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from channels.inbox.hooks import Change, What
from channels.inbox.models import Conversation, Message
from channels.standards import hours
from channels.standards.choosing import Standards
from channels.standards.models import Clock, Policy

# What comes in days late, from a mailbox connected for the first time, is promised from its arrival.
LATE = timedelta(days=1)
Kind = Clock.Kind
# Closed like this, nothing was promised.
VOID = (Conversation.Reason.SPAM, Conversation.Reason.DUPLICATE)


def on_change(change: Change) -> None:
    if step := STEPS.get(change.what):
        step(change)
    _pause_or_go_on(change.conversation)


def received(change: Change) -> None:
    message = change.message
    if message is None or message.is_automatic or message.direction != Message.Direction.IN:
        return
    begin(change.conversation, moment_of(message))


def replied(change: Change) -> None:
    """A person's answer keeps a promise, sent from here or elsewhere; an automatic one does not."""
    message = change.message
    if message is None or message.is_automatic or message.direction != Message.Direction.OUT:
        return
    for clock in _running(change.conversation, Kind.FIRST, Kind.NEXT):
        _meet(clock, moment_of(message), message.pk)


def withdrawn(change: Change) -> None:
    """The reply never left: what it had kept goes on, and what began in between is part of it."""
    if change.message is None:
        return
    kept = Clock.objects.filter(conversation=change.conversation, met_by=change.message.pk)
    for clock in kept:
        since = Clock.objects.running().filter(conversation=change.conversation, started_at__gte=clock.met_at)
        since.filter(kind__in=[Kind.FIRST, Kind.NEXT]).delete()
        kept.filter(pk=clock.pk).update(met_at=None, met_by=None)


def closed(change: Change) -> None:
    conversation = change.conversation
    at = conversation.closed_at or timezone.now()
    for clock in _running(conversation):
        if clock.kind == Kind.SOLVED and conversation.closed_because not in VOID:
            _meet(clock, at)
        else:
            _drop(clock, at)


def reopened(change: Change) -> None:
    begin(change.conversation, timezone.now(), waits=change.conversation.waiting_since is not None)


def merged(change: Change) -> None:
    if change.conversation.merged_into_id or change.conversation.status == Conversation.Status.CLOSED:
        for clock in _running(change.conversation):
            _drop(clock, timezone.now())


def changed(change: Change) -> None:
    """Another priority or department may mean another promise; what is over of it stays over."""
    running = list(_running(change.conversation))
    policy = Standards().of(change.conversation) if running else None
    for clock in running:
        if policy is not None and policy.pk != clock.policy_id:
            retarget(clock, policy, timezone.now())


STEPS: dict[What, Callable[[Change], None]] = {
    What.RECEIVED: received,
    What.REPLIED: replied,
    What.WITHDRAWN: withdrawn,
    What.CLOSED: closed,
    What.REOPENED: reopened,
    What.MERGED: merged,
    What.CHANGED: changed,
    What.ASSIGNED: changed,
}


def begin(conversation: Conversation, at: datetime, *, waits: bool = True) -> None:
    """Starts what is promised from now on and does not run yet. `waits`: the customer expects an answer."""
    running = set(_running(conversation).order_by().values_list("kind", flat=True))
    wanted = {Kind.SOLVED.value}
    if waits:
        wanted.add(Kind.NEXT.value if conversation.first_reply_at else Kind.FIRST.value)
    missing = sorted(wanted - running)
    policy = Standards().of(conversation) if missing else None
    if policy is not None:
        start(conversation, policy, missing, at)


def start(conversation: Conversation, policy: Policy, kinds: Iterable[str], at: datetime) -> list[Clock]:
    promised = [(kind, policy.minutes(kind)) for kind in kinds]
    clocks = [
        Clock(conversation=conversation, kind=kind, policy=policy, started_at=at, target=minutes * 60)
        for kind, minutes in promised
        if minutes
    ]
    for clock in clocks:
        count_from(clock, policy, at)
    return Clock.objects.bulk_create(clocks)


def count_from(clock: Clock, policy: Policy | None, at: datetime) -> None:
    """Lets it count from `at`. Not saved."""
    percent = policy.warn_at if policy else 75
    clock.counting_since = at
    clock.due_at = after(policy, at, clock.target - clock.used)
    clock.warn_at = after(policy, at, clock.target * percent / 100 - clock.used)


def stop_counting(clock: Clock, policy: Policy | None, at: datetime) -> None:
    """Keeps what was used up until `at`. Not saved."""
    if clock.counting_since is not None:
        clock.used += max(0.0, elapsed(policy, clock.counting_since, at))
    clock.counting_since = clock.due_at = clock.warn_at = None


def retarget(clock: Clock, policy: Policy, at: datetime) -> None:
    minutes = policy.minutes(clock.kind)
    if minutes is None:
        _drop(clock, at)
        return
    is_paused = clock.counting_since is None
    stop_counting(clock, clock.policy, at)
    clock.policy, clock.target = policy, minutes * 60
    if not is_paused:
        count_from(clock, policy, at)
    clock.save()


def after(policy: Policy | None, at: datetime, seconds: float) -> datetime:
    """When so much of the time that counts is over; a calendar that never opens does not stop the clock."""
    seconds = max(0.0, seconds)
    if policy is None or policy.calendar is None:
        return at + timedelta(seconds=seconds)
    return hours.add_business(policy.calendar.hours(), at, seconds) or at + timedelta(seconds=seconds)


def elapsed(policy: Policy | None, start: datetime, end: datetime) -> float:
    if policy is None or policy.calendar is None:
        return (end - start).total_seconds()
    return hours.business_between(policy.calendar.hours(), start, end)


def moment_of(message: Message) -> datetime:
    now = timezone.now()
    return message.at if now - LATE < message.at <= now else now


def _running(conversation: Conversation, *kinds: str) -> QuerySet[Clock]:
    rows = Clock.objects.running().filter(conversation=conversation).select_related("policy__calendar")
    return rows.filter(kind__in=kinds) if kinds else rows


def _meet(clock: Clock, at: datetime, message: int | None = None) -> None:
    clock.met_at, clock.met_by = max(at, clock.started_at), message
    if clock.due_at and clock.met_at > clock.due_at and clock.breached_at is None:
        clock.breached_at = clock.due_at
    clock.save(update_fields=["met_at", "met_by", "breached_at"])


def _drop(clock: Clock, at: datetime) -> None:
    clock.dropped_at = max(at, clock.started_at)
    clock.save(update_fields=["dropped_at"])


def _pause_or_go_on(conversation: Conversation) -> None:
    now = timezone.now()
    for clock in _running(conversation):
        waits = _waits(conversation, clock.policy)
        if waits and clock.counting_since is not None:
            stop_counting(clock, clock.policy, now)
            clock.save()
        elif not waits and clock.counting_since is None:
            count_from(clock, clock.policy, now)
            clock.save()


def _waits(conversation: Conversation, policy: Policy | None) -> bool:
    if policy is None:
        return conversation.status == Conversation.Status.PENDING
    return (conversation.status == Conversation.Status.PENDING and policy.pauses_pending) or (
        conversation.status == Conversation.Status.SNOOZED and policy.pauses_snoozed
    )
