"""Who came and who went, and how large a segment was when. What follows segments reads on by number:

for crossing in history.since(last): …
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from crm.accounts.models import User
from segments.facts import start_of, zone
from segments.models import Crossing, DayOfSegment, Segment

# Crossings are kept for so many days; how large a segment was is kept for good.
KEPT = 400
# Numbers are given out before rows are committed: whoever reads on steps back this far in time.
UNSETTLED = timedelta(minutes=10)
ENTERED, LEFT = "entered", "left"


def since(number: int, most: int = 1000) -> Sequence[Crossing]:
    """The next entries and exits after crossing `number`, for those who react to them, in order.

    The latest few minutes are left for the next time: until then an earlier one may still come in.
    """
    settled = timezone.now() - UNSETTLED
    rows = Crossing.objects.filter(pk__gt=number).order_by("pk")[:most]
    return [one for one in rows if (one.left_at or one.entered_at) < settled]


def lately(segment: Segment, user: User, which: str, days: int) -> QuerySet[Crossing]:
    """Who entered or left in the last days, of those whom `user` may see."""
    rows = Crossing.objects.visible_to(user).filter(segment=segment)
    first = _start(days)
    if which == LEFT:
        return rows.exits().filter(left_at__gte=first)
    return rows.entries().filter(entered_at__gte=first)


def days(segment: Segment, number: int) -> Sequence[DayOfSegment]:
    first = _start(number).astimezone(zone()).date()
    return list(DayOfSegment.objects.filter(segment=segment, day__gte=first).order_by("day"))


def forget_old() -> None:
    """Lets go of crossings nobody looks up any more."""
    Crossing.objects.filter(entered_at__lt=_start(KEPT), left_at=None).delete()
    Crossing.objects.filter(left_at__lt=_start(KEPT)).delete()


def _start(number: int) -> datetime:
    return start_of(timezone.localdate(timezone.now(), zone()) - timedelta(days=number))
