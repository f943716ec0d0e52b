"""When recommendations are learnt: every night, or when somebody asks. The row is the work."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from crm.accounts.models import User
from segments import leasing
from segments.facts import zone
from segments.leasing import Held
from segments.recommending.models import Learning

NIGHTLY_AT = time(3)
# The reports of older learnings are of no use.
KEPT = timedelta(days=400)


def queue(*, by: User | None) -> Learning | None:
    return leasing.queue(Learning, by=by)


def run(pk: int) -> None:
    leasing.run(Learning, pk, _learn)


def sweep() -> None:
    queue_if_due()
    leasing.sweep(Learning, _learn)


def queue_if_due() -> None:
    """Once a night. A shop that never learnt waits for somebody to ask: it may not sell anything."""
    now = timezone.now().astimezone(zone())
    due = datetime.combine(now.date(), NIGHTLY_AT, zone())
    if now < due:
        due -= timedelta(days=1)
    newest = Learning.objects.order_by("-created_at").first()
    if newest and newest.created_at < due and queue(by=None):
        Learning.objects.filter(created_at__lt=now - KEPT).delete()


def _learn(held: Held[Learning]) -> None:
    # Loads arrays and matrices, which the web never needs.
    from segments.recommending.learning import learn

    learn(held)
