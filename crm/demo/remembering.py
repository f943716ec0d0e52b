"""What the company's segments were in the weeks before, so that their pages have a past."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from crm.demo.dice import dice
from segments.facts import zone
from segments.models import Crossing, DayOfSegment, Membership, Segment

DAYS = 60
# Of its members, so many came in the weeks before.
CAME = 12


def remember(segments: Iterable[Segment], *, seed: int, until: datetime) -> None:
    for segment in segments:
        segment.refresh_from_db()
        _sizes(segment, seed, until)
        _crossings(segment, until)


def _sizes(segment: Segment, seed: int, until: datetime) -> None:
    """A walk backwards from what it is today."""
    steps = dice(seed, segment.name).normal(0.004, 0.01, DAYS)
    size, money = float(segment.size or 0), float(segment.summary.get("money", 0))
    rows = []
    for back, step in enumerate(steps.tolist(), 1):
        size, money = size * (1 - step), money * (1 - step)
        rows.append(
            DayOfSegment(
                segment=segment,
                day=until.astimezone(zone()).date() - timedelta(days=back),
                size=round(size),
                money=Decimal(round(money)),
            )
        )
    DayOfSegment.objects.bulk_create(rows, ignore_conflicts=True)


def _crossings(segment: Segment, until: datetime) -> None:
    """Some of its members came one after the other."""
    newest = list(Membership.objects.filter(segment=segment).order_by("-customer")[:CAME])
    for place, membership in enumerate(newest):
        membership.entered_at = until - timedelta(days=2 * place, hours=place)
    Membership.objects.bulk_update(newest, ["entered_at"])
    Crossing.objects.bulk_create(
        Crossing(segment=segment, customer_id=one.customer_id, entered_at=one.entered_at) for one in newest
    )
