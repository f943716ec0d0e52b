"""Which customers are in the segments that a text asks about."""

from collections.abc import Collection, Iterable

from segments import services as segments
from segments.models import Segment


def segments_of(customers: Collection[int], asked: Collection[int]) -> dict[int, frozenset[int]]:
    """By the rules as they are now. A segment that is gone has nobody in it."""
    found: dict[int, frozenset[int]] = {}
    for segment in Segment.objects.filter(pk__in=asked):
        members = segments.members(segment).filter(pk__in=customers)
        for pk in members.values_list("pk", flat=True):
            found[pk] = found.get(pk, frozenset()) | {segment.pk}
    return found


def check(asked: Iterable[int]) -> None:
    """Raises Refused if the rule of one of them is no longer understood."""
    for segment in Segment.objects.filter(pk__in=list(asked)):
        segments.members(segment)
