"""Each minute: promises that are near their end or over, told of once. The clock says what was told."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from channels.inbox.models import Conversation, Mention, Message
from channels.inbox.receiving import hold
from channels.standards.models import Clock, Policy
from channels.standards.people import managers_of
from crm.accounts.models import User
from customers.timeline import services as timeline

MOST_AT_ONCE = 500
WARNED, BROKEN = "standards.warned", "standards.broken"

Tell = Callable[[Clock, datetime], None]


def sweep() -> int:
    """How many were told of. What another one is working on is left for the next minute."""
    now = timezone.now()
    told = _each(Clock.objects.overdue(now), now, break_promise)
    return told + _each(Clock.objects.to_warn(now), now, warn)


def break_promise(clock: Clock, now: datetime) -> None:
    row = Clock.objects.running().filter(pk=clock.pk, breached_at=None)
    if not row.update(breached_at=F("due_at"), escalated_at=now):
        return
    people = whom_to_tell(clock)
    message = _say(clock, BROKEN, [person.name for person in people])
    # Being named lets them see the conversation, and puts it among those that wait for their answer.
    Mention.objects.bulk_create(
        [Mention(conversation=clock.conversation, message=message, user=one) for one in people]
    )
    _record(clock, BROKEN, {one.pk for one in people}, clock.conversation.assignee_id)


def warn(clock: Clock, now: datetime) -> None:
    row = Clock.objects.running().filter(pk=clock.pk, warned_at=None, breached_at=None)
    if not row.update(warned_at=now):
        return
    _say(clock, WARNED, [])
    if clock.conversation.assignee_id:
        _record(clock, WARNED, set(), clock.conversation.assignee_id)


def whom_to_tell(clock: Clock) -> list[User]:
    policy = clock.policy
    if policy is None or policy.tells == Policy.Tells.NOBODY:
        return []
    if policy.tells == Policy.Tells.PERSON:
        return [policy.person] if policy.person and policy.person.is_active else []
    return managers_of(clock.conversation.team_id)


def _each(clocks: QuerySet[Clock], now: datetime, tell: Tell) -> int:
    told = 0
    waiting = clocks.select_related("conversation__customer").order_by("due_at")
    for pk, conversation in [(one.pk, one.conversation) for one in waiting[:MOST_AT_ONCE]]:
        with transaction.atomic():
            # In the order in which everybody locks: the customer, the conversation, what belongs to it.
            hold(conversation.customer)
            rows = Conversation.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
            if rows.filter(pk=conversation.pk).first() is None:
                continue
            clock = clocks.filter(pk=pk).select_related("conversation__customer", "policy__person").first()
            if clock is not None:
                tell(clock, now)
                told += 1
    return told


def _say(clock: Clock, kind: str, names: list[str]) -> Message:
    due = clock.due_at.isoformat() if clock.due_at else ""
    return Message.objects.create(
        conversation=clock.conversation,
        direction=Message.Direction.SYSTEM,
        is_automatic=True,
        kind=kind,
        data={"clock": clock.kind, "due": due, "told": names},
    )


def _record(clock: Clock, kind: str, told: set[int], assignee: int | None) -> None:
    timeline.record(
        clock.conversation.customer,
        kind,
        summary=clock.conversation.subject,
        source=kind,
        source_id=str(clock.pk),
        conversation=clock.conversation_id,
        clock=clock.kind,
        tells=sorted(told | ({assignee} if assignee else set())),
    )
