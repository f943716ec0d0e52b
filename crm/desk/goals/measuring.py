"""Reads the indicators of goals, reviews and proposals. The rows say what is to be read; reading twice
changes nothing but the number of the day."""

import logging
from datetime import date, timedelta

from django.utils import timezone

from crm.desk.goals import indicators
from crm.desk.goals.indicators import Indicator, Reach, Span
from crm.desk.goals.models import MONTHS, Goal, Proposal, Reading, Review, last_day
from crm.lib.patience import TooSlow, at_most

log = logging.getLogger(__name__)
MILLISECONDS = 60_000
AT_ONCE = 50
MOST_PAST = {"month": 6, "quarter": 4, "year": 2}
# In the first days of a month, what belongs to the month before may still come in.
SETTLED = timedelta(days=2)


def sweep() -> None:
    for goal in Goal.objects.unread(None).order_by("pk")[:AT_ONCE]:
        read(goal)
    for review in Review.objects.filter(frozen_at=None).order_by("pk")[:AT_ONCE]:
        freeze(review)
    today = timezone.localdate()
    followed = Proposal.objects.followed().exclude(after_on=today).select_related("review")
    for proposal in followed.order_by("pk")[:AT_ONCE]:
        follow(proposal, today)


def read(goal: Goal) -> None:
    """The number as of now, and of the day; of the periods before, once."""
    about, today = goal.about, timezone.localdate()
    if about is None:
        Goal.objects.filter(pk=goal.pk).update(is_final=True, read_at=timezone.now())
        return
    day = min(today, goal.ends_on)
    value = _measured(about, goal.reach(), Span(goal.starts_on, day))
    Reading.objects.update_or_create(goal=goal, day=day, defaults={"value": value})
    past = goal.past or _past(goal, about)
    is_final = today > goal.ends_on + SETTLED
    Goal.objects.filter(pk=goal.pk).update(value=value, past=past, read_at=timezone.now(), is_final=is_final)


def freeze(review: Review) -> None:
    """The figures of the month and of the one before, written once and never again."""
    reach, month = review.reach(), review.month
    before = (month - timedelta(days=1)).replace(day=1)
    figures = {}
    for one in indicators.all_indicators():
        value = _measured(one, reach, _month(month))
        figures[one.key] = [value, _measured(one, reach, _month(before)) if one.has_past else None]
    goals = Goal.objects.filter(starts_on__lte=month, ends_on__gte=month, team=review.team).exclude(
        whose="person"
    )
    targets = {goal.indicator: goal.target for goal in goals.filter(period="month")}
    found = {"indicators": figures, "targets": targets}
    Review.objects.filter(pk=review.pk, frozen_at=None).update(figures=found, frozen_at=timezone.now())
    for proposal in review.proposals.filter(before=None):
        Proposal.objects.filter(pk=proposal.pk).update(before=figures.get(proposal.indicator, [None])[0])


def follow(proposal: Proposal, today: date) -> None:
    about = proposal.about
    span = Span(today - timedelta(days=29), today)
    value = _measured(about, proposal.review.reach(), span) if about else None
    Proposal.objects.filter(pk=proposal.pk).update(after=value, after_on=today)


def _past(goal: Goal, about: Indicator) -> list[list[str | float | None]]:
    if not about.has_past:
        return []
    found: list[list[str | float | None]] = []
    first = goal.starts_on
    for _number in range(MOST_PAST[goal.period]):
        month = first.year * 12 + first.month - 1 - MONTHS[goal.period]
        first = date(month // 12, month % 12 + 1, 1)
        value = _measured(about, goal.reach(), Span(first, last_day(first, goal.period)))
        found.insert(0, [first.isoformat(), value])
    return found


def _month(first: date) -> Span:
    return Span(first, last_day(first, "month"))


def _measured(about: Indicator, reach: Reach, span: Span) -> float | None:
    try:
        with at_most(MILLISECONDS):
            return about.measure(reach, span)
    except TooSlow:
        log.warning("An indicator took too long: %s", about.key)
        return None
