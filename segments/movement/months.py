"""Which months are kept. The first scoring of a month keeps its beginning, in the transaction that publishes
the scores. Months before the first scoring, and those in which nobody scored, are rows that wait for the
sweep.
"""

from datetime import date

from django.utils import timezone

from segments.facts import start_of, zone
from segments.movement import noting
from segments.movement.models import Month
from segments.scoring.ground import months_before
from segments.scoring.models import ScoringRun
from segments.scoring.publishing import News

# How far back the past is added up when there was no scoring yet.
HISTORY = 12


def listen(news: News) -> None:
    """The scores of a run are being published."""
    this = news.as_of.astimezone(zone()).date().replace(day=1)
    newest = Month.objects.order_by("-month").first()
    if newest is None:
        # Nobody has moved yet who was never scored; how they came here the orders tell.
        plan(months_before(this, HISTORY), this)
        return
    before = ScoringRun.objects.done().exclude(pk=news.run).order_by("-as_of").first()
    since = before.as_of if before else newest.as_of
    noting.note(news.draft, noting.Span(since, news.as_of, news.run, news.same_rules))
    if newest.month < this and not news.is_part:
        plan(_next(newest.month), _before(this))
        kept = noting.keep(news.draft, this)
        Month.objects.create(month=this, as_of=news.as_of, taken_at=timezone.now(), customers=kept)


def plan(first: date, last: date) -> None:
    month = first
    while month <= last:
        Month.objects.get_or_create(month=month, defaults={"as_of": start_of(month)})
        month = _next(month)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _before(month: date) -> date:
    return months_before(month, 1)
