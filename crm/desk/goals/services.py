"""What people do with goals and reviews."""

from datetime import date
from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.desk.goals import tasks
from crm.desk.goals.models import Goal, Proposal, Review, last_day
from crm.lib.errors import Refused

STARTS = {"month": 1, "quarter": 3, "year": 12}


def first_day(day: date, period: str) -> date:
    """The first day of the period in which `day` lies."""
    size = STARTS[period]
    return date(day.year, (day.month - 1) // size * size + 1, 1)


@transaction.atomic
def save(goal: Goal, *, by: User) -> Goal:
    """Sets the period's days; the number is read anew for what the goal asks now."""
    goal.starts_on = first_day(goal.starts_on, goal.period)
    goal.ends_on = last_day(goal.starts_on, goal.period)
    goal.value, goal.read_at, goal.is_final, goal.past = None, None, False, []
    try:
        with transaction.atomic():
            goal.save()
    except IntegrityError:
        raise Refused(_("There is such a goal for this period already.")) from None
    goal.readings.all().delete()
    audit.record("goal.saved", goal, by=by, indicator=goal.indicator, target=goal.target)
    transaction.on_commit(partial(tasks.read.delay, goal.pk))
    return goal


@transaction.atomic
def delete(goal: Goal, *, by: User) -> None:
    audit.record("goal.deleted", goal, by=by, indicator=goal.indicator, target=goal.target)
    goal.delete()


@transaction.atomic
def review(made: Review, *, by: User) -> Review:
    made.made_by, made.month = by, made.month.replace(day=1)
    if made.month >= timezone.localdate().replace(day=1):
        raise Refused(_("This month is not over yet."))
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Refused(_("This month has been reviewed already.")) from None
    audit.record("review.made", made, by=by, month=str(made.month))
    transaction.on_commit(partial(tasks.freeze.delay, made.pk))
    return made


@transaction.atomic
def propose(proposal: Proposal, *, by: User) -> Proposal:
    """Keeps what the indicator was in the month of the review."""
    figures = proposal.review.figures.get("indicators", {})
    proposal.before = (figures.get(proposal.indicator) or [None])[0]
    proposal.save()
    audit.record("proposal.made", proposal, by=by, indicator=proposal.indicator)
    return proposal


@transaction.atomic
def close(proposal: Proposal, state: str, *, by: User) -> None:
    """Carried out or dropped, once."""
    if state not in (Proposal.State.DONE, Proposal.State.DROPPED):
        raise Refused(_("There is no such choice."))
    here = Proposal.objects.open().filter(pk=proposal.pk)
    if not here.update(state=state, closed_on=timezone.localdate()):
        raise Refused(_("This proposal is closed already."))
    audit.record("proposal.closed", proposal, by=by, state=state)
    transaction.on_commit(tasks.sweep.delay)
