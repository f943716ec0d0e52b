"""Each minute: what nobody could take finds somebody who is free by now, what lies with somebody who left is
given on, and what has waited too long goes to another department. One conversation at a time, under its lock.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from channels.inbox.locking import hold
from channels.inbox.models import Conversation
from channels.live import presence
from channels.live.presence import Availability
from channels.routing import assigning, deciding
from channels.routing.deciding import Known, Outcome
from channels.routing.models import Capacity, Decision, Department, Rule
from channels.routing.people import Now
from channels.standards import hours
from crm.accounts.models import User

MOST_AT_ONCE = 200
Why, Moved = Decision.Why, Decision.Moved


def sweep() -> int:
    now = timezone.now()
    return give_to_the_free() + give_on(now) + let_overflow(now)


def give_to_the_free() -> int:
    """Conversations for which nobody was here or free when they arrived, the longest waiting first."""
    newest = Decision.objects.filter(conversation=OuterRef("pk")).order_by("-pk")
    lone = Conversation.objects.filter(status=Conversation.Status.OPEN, assignee=None, team__isnull=False)
    waiting = lone.annotate(why=Subquery(newest.values("why")[:1])).filter(why__in=[Why.ABSENT, Why.FULL])
    given = 0
    # Where nobody is free for one, nobody is for the next.
    hopeless: set[int | None] = set()
    for found in waiting.order_by(F("waiting_since").asc(nulls_last=True), "pk")[:MOST_AT_ONCE]:
        if found.team_id not in hopeless:
            is_given = _again(found, Moved.FREED)
            given += is_given
            hopeless |= set() if is_given else {found.team_id}
    return given


def give_on(now: datetime) -> int:
    """What lies with somebody whose pages have been closed for as long as their department allows."""
    departments = Department.objects.filter(away_minutes__isnull=False)
    given = 0
    for department in departments:
        held = Conversation.objects.filter(
            team=department.team_id, status=Conversation.Status.OPEN, waiting_since__isnull=False
        )
        gone = _away_since(held.filter(assignee__isnull=False), now)
        late = now - timedelta(minutes=department.away_minutes or 0)
        people = [user for user, since in gone.items() if since <= late]
        for found in held.filter(assignee__in=people).order_by("waiting_since")[:MOST_AT_ONCE]:
            given += _again(found, Moved.AWAY)
    return given


def let_overflow(now: datetime) -> int:
    """What waited too long for one department goes to the next, once for each opening."""
    given = 0
    for department in Department.objects.filter(waiting_minutes__isnull=False).select_related("calendar"):
        late = now - timedelta(minutes=department.waiting_minutes or 0)
        held = Conversation.objects.filter(
            team=department.team_id, status=Conversation.Status.OPEN, waiting_since__lte=late
        )
        for found in held.order_by("waiting_since")[:MOST_AT_ONCE]:
            if _has_waited(found, department, now):
                given += _overflow(found, department)
    return given


@transaction.atomic
def _again(found: Conversation, moved: str) -> bool:
    """By the rule that brought it here. Whoever left does not get it back."""
    held = hold(found)
    if held.status != Conversation.Status.OPEN or held.assignee_id != found.assignee_id:
        return False
    rule = _rule_of(held)
    outcome = _decide(rule, held.team_id, held)
    if outcome.assignee is None and moved == Moved.FREED:
        return False
    if outcome.assignee == held.assignee_id:
        return False
    assigning.give(held, outcome, moved)
    return True


@transaction.atomic
def _overflow(found: Conversation, department: Department) -> bool:
    held = hold(found)
    once = Decision.objects.filter(conversation=held, opening=held.reopened, moved=Moved.WAITED)
    if held.waiting_since is None or held.team_id != department.team_id or once.exists():
        return False
    outcome = _decide(Rule(spread=Rule.Spread.LEAST), department.overflow_id, held)
    assigning.give(held, outcome, Moved.WAITED)
    return True


def _decide(rule: Rule, team: int | None, held: Conversation) -> Outcome:
    known = Known(owner=held.customer.owner_id)
    people = Now([team] if team else [], known.everybody())
    people.hold()
    aim = Rule(
        pk=rule.pk,
        ruleset_id=rule.ruleset_id,
        name=rule.name,
        team_id=team,
        prefers=[one for one in rule.prefers if one == Rule.Prefers.OWNER],
        spread=rule.spread,
        even_offline=rule.even_offline,
    )
    return deciding.decide(aim, team, known, people)


def _rule_of(held: Conversation) -> Rule:
    made = Decision.objects.filter(conversation=held, rule__isnull=False).select_related("rule")
    newest = made.order_by("-pk").first()
    return (newest.rule if newest else None) or deciding.FALLBACK


def _has_waited(found: Conversation, department: Department, now: datetime) -> bool:
    if department.calendar is None or found.waiting_since is None:
        return True
    waited = hours.business_between(department.calendar.hours(), found.waiting_since, now)
    return waited >= (department.waiting_minutes or 0) * 60


def _away_since(held: Any, now: datetime) -> dict[int, datetime]:
    """Since when each of them has been away, as far as these sweeps have seen; noted for the next one."""
    people = list(User.objects.filter(pk__in=held.values("assignee")))
    standing = presence.available(people)
    gone = {pk for pk, one in standing.items() if one == Availability.OFFLINE}
    _note(standing.keys() - gone, gone, now)
    known = Capacity.objects.filter(user__in=gone).values_list("user", "away_since")
    return {user: since for user, since in known if since}


def _note(here: Iterable[int], gone: Iterable[int], now: datetime) -> None:
    Capacity.objects.filter(user__in=here).update(away_since=None)
    Capacity.objects.bulk_create([Capacity(user_id=pk) for pk in gone], ignore_conflicts=True)
    Capacity.objects.filter(user__in=gone, away_since=None).update(away_since=now)
