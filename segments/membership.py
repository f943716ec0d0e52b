"""Who is in a segment: the stored answer to its rule, renewed as a whole."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from time import monotonic

from django.db import connection
from django.utils import timezone

from segments import nesting, overlapping, rules, storing
from segments import worth as worths
from segments.bits import Bits
from segments.evaluating import Evaluation
from segments.models import INVALID, Segment, SegmentQuerySet
from segments.scoring.models import ScoringRun
from segments.worth import Worth

LEASE = timedelta(minutes=10)
# Seconds after which a long run says that it is still there.
SIGN = 60
# The night's scoring makes every segment stale; without one they are renewed once a day.
OLDEST = timedelta(hours=25)
MANY = 10_000


def sweep() -> None:
    """Renews the segments that are out of date, all together."""
    _renew(_claim(Segment.objects.stale(before=newest_news())))


def refresh(segment_id: int) -> None:
    """Renews one segment, unless somebody else is doing that right now."""
    _renew(_claim(Segment.objects.filter(pk=segment_id)))


def newest_news() -> datetime:
    scored = ScoringRun.objects.done().order_by("-finished_at").values_list("finished_at", flat=True).first()
    oldest = timezone.now() - OLDEST
    return max(scored, oldest) if scored else oldest


def _claim(wanted: SegmentQuerySet) -> list[Segment]:
    """Those of them that nobody else is counting now."""
    until = timezone.now() + LEASE
    held = [
        pk
        for pk in wanted.unheld().values_list("pk", flat=True)
        if Segment.objects.unheld().filter(pk=pk).update(lease_until=until)
    ]
    return list(Segment.objects.filter(pk__in=held))


def _renew(segments: list[Segment]) -> None:
    as_of = timezone.now()
    if parsed := _parsed(segments):
        run = Run(parsed, as_of)
        run.renew()
        # Who builds on what changed is out of date now; should we be stopped here, the sweep finds them.
        if after := run.outdated():
            Segment.objects.filter(pk__in=after).update(asked_at=timezone.now())
            _renew(_claim(Segment.objects.filter(pk__in=after)))


def _parsed(segments: Iterable[Segment]) -> dict[Segment, rules.Group]:
    found = {}
    for segment in segments:
        try:
            found[segment] = rules.parse(segment.rule)
        except rules.InvalidRule:
            # The lease stays: asking again every minute would not mend the rule.
            Segment.objects.filter(pk=segment.pk).update(error=INVALID)
    return found


class Run:
    """One renewal of some segments: those first on which others of them build."""

    def __init__(self, parsed: dict[Segment, rules.Group], as_of: datetime) -> None:
        self.parsed, self.as_of = parsed, as_of
        self.found: dict[int, Bits] = {}
        self.changed: set[int] = set()
        self.written = 0
        self.signed = monotonic()

    def renew(self) -> None:
        worth = worths.everybody()
        named = {segment.pk: segment for segment in self.parsed}
        for level in nesting.levels({segment.pk: nesting.based_on(segment.rule) for segment in self.parsed}):
            for pk in level:
                storing.copy_members(named[pk])
            evaluation = Evaluation(worth.space, self.as_of)
            evaluation.prepare(self.parsed[named[pk]] for pk in level)
            for pk in level:
                self._stay()
                self._store(named[pk], evaluation.members(self.parsed[named[pk]]), worth)
        overlapping.renew([named[pk] for pk in self.found], self.found, worth.space)
        if self.written > MANY:
            # Pages that filter by segment should not wait for autovacuum to notice.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE segments_membership")

    def outdated(self) -> list[int]:
        """Who builds on a segment that changed, and was not counted after it here."""
        after = {other for pk in self.changed for other in nesting.dependents(pk)}
        return sorted(after - self.found.keys())

    def _store(self, segment: Segment, members: Bits, worth: Worth) -> None:
        written = storing.store(segment, members, worth, self.as_of)
        if written is not None:
            self.found[segment.pk] = members
            self.written += written
        if written:
            self.changed.add(segment.pk)

    def _stay(self) -> None:
        if monotonic() - self.signed > SIGN:
            left = [one.pk for one in self.parsed if one.pk not in self.found]
            held = Segment.objects.filter(pk__in=left).exclude(lease_until=None)
            held.update(lease_until=timezone.now() + LEASE)
            self.signed = monotonic()
