"""Follows customers who changed: asks all rules about them alone, and moves them in and out."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from customers.models import Customer
from segments import nesting, news, reading, rules, storing
from segments import worth as worths
from segments.bits import Bits, Ids, Space, literal
from segments.evaluating import Evaluation
from segments.models import Followed, Segment
from segments.rules import Group
from segments.worth import Worth

LEASE = timedelta(minutes=5)
# When more than one in so many changed, counting everybody is the shorter way.
MOST = 5
ALWAYS = 5_000
STORED = "SELECT segment_id, customer_id FROM segments_membership WHERE customer_id = ANY(%s::bigint[])"


def follow() -> int:
    """Looks at whoever changed since the last time. Returns how many those are."""
    progress, is_new = Followed.objects.get_or_create(pk=1, defaults={"marks": news.marks()})
    free = Followed.objects.filter(Q(lease_until=None) | Q(lease_until__lt=timezone.now()))
    if is_new or not free.update(lease_until=timezone.now() + LEASE):
        return 0
    until = news.marks()
    changed = news.changed(progress.marks)
    if len(changed) == 0 or _move(changed):
        Followed.objects.update(marks=until, at=timezone.now())
    Followed.objects.update(lease_until=None)
    return len(changed)


def _move(changed: Ids) -> bool:
    """Whether all segments know of them now."""
    known = Segment.objects.exclude(refreshed_at=None).filter(error="")
    if known.exclude(lease_until=None).exists():
        # Somebody counts everybody, perhaps with facts from before the change: we look again after that.
        return False
    if len(changed) > ALWAYS and _are_many(len(changed)):
        known.update(asked_at=timezone.now())
        return True
    segments = {one.pk: one for one in known if not one.is_being_counted}
    return Round(changed, timezone.now()).move(segments)


def _are_many(number: int) -> bool:
    """Whether the base is not so much larger; counted no further than that takes."""
    enough = number * MOST
    return Customer.objects.order_by()[:enough].count() < enough


class Round:
    """One look at some customers."""

    def __init__(self, changed: Ids, as_of: datetime) -> None:
        present = Customer.objects.present().order_by().filter(pk__in=changed.tolist())
        self.space = Space(np.unique(reading.ids_of(present.values("pk"))))
        self.worth, self.as_of = worths.these(self.space.ids), as_of
        pairs = reading.table(STORED, [literal(changed)], width=2)
        pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
        numbers, starts = np.unique(pairs[:, 0], return_index=True)
        self.stored = dict(zip(numbers.tolist(), np.split(pairs[:, 1], starts[1:]), strict=False))

    def move(self, segments: dict[int, Segment]) -> bool:
        parsed = {pk: rule for pk, one in segments.items() if (rule := _rule(one))}
        below = {pk: nesting.based_on(segments[pk].rule) for pk in parsed}
        for level in nesting.levels(below):
            evaluation = Evaluation(self.space, self.as_of, is_part=True)
            evaluation.prepare(parsed[pk] for pk in level)
            for pk in level:
                if not self._store(segments[pk], evaluation.members(parsed[pk])):
                    return False
        return True

    def _store(self, segment: Segment, members: Bits) -> bool:
        before = self.stored.get(segment.pk, reading.NOBODY)
        known = self.space.of(before)
        gone = before[~self.space.places(before)[1]]
        came, went = members & ~known, known & ~members
        left = np.concatenate([self.space.members(went), gone])
        entered = self.space.members(came)
        if not len(left) and not len(entered):
            return True
        with transaction.atomic(), connection.cursor() as cursor:
            # Nobody begins to count it before we are through; whoever did so already comes first.
            rows = Segment.objects.select_for_update(no_key=True).filter(pk=segment.pk, lease_until=None)
            here = rows.filter(updated_at=segment.updated_at).first()
            if here is None:
                return not Segment.objects.filter(pk=segment.pk).exclude(lease_until=None).exists()
            storing.write(cursor, segment, entered, left, self.as_of)
            _add_up(here, self.worth, came, went)
            here.size = max(0, (here.size or 0) + len(entered) - len(left))
            Segment.objects.filter(pk=here.pk).update(size=here.size, summary=here.summary)
            figures = {"size": here.size, "money": Decimal(here.summary["money"])}
            storing.keep_day(cursor, here.pk, self.as_of, entered=len(entered), left=len(left), **figures)
        return True


def _rule(segment: Segment) -> Group | None:
    try:
        return rules.parse(segment.rule)
    except rules.InvalidRule:
        return None


def _add_up(segment: Segment, worth: Worth, came: Bits, went: Bits) -> None:
    """Takes those who moved over into the figures of the last count, which the next one makes exact again."""
    more, less = worth.summary(came), worth.summary(went)
    summary: dict[str, Any] = dict(segment.summary)
    groups = {code: list(figures) for code, figures in summary.get("groups", {}).items()}
    for sign, moved in ((1, more), (-1, less)):
        for code, (number, money) in moved["groups"].items():
            many, was = groups.get(code, [0, "0"])
            groups[code] = [max(0, many + sign * number), str(Decimal(was) + sign * Decimal(money))]
        summary["money"] = str(Decimal(summary.get("money", 0)) + sign * Decimal(moved["money"]))
    segment.summary = {**summary, "groups": groups}
