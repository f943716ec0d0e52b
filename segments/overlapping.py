"""Which segments share the most customers with a segment. Found while their members are at hand."""

from collections.abc import Mapping, Sequence

from django.utils import timezone

from segments import storing
from segments.bits import Bits, Space, number
from segments.models import Segment

MOST = 10


def renew(segments: Sequence[Segment], found: Mapping[int, Bits], space: Space) -> None:
    """Compares segments whose members were just found with all segments, unless only members changed.

    The night compares everything; a count in between is not worth reading every segment's members again.
    """
    counted = Segment.objects.exclude(refreshed_at=None)
    pks = set(counted.values_list("pk", flat=True))
    is_whole = pks <= found.keys()
    compared = [one for one in segments if is_whole or _is_new(one)]
    if not compared:
        return
    sets = {pk: found[pk] if pk in found else space.of(storing.stored(pk)) for pk in sorted(pks)}
    at = timezone.now().isoformat()
    for segment in compared:
        shared = [[pk, number(found[segment.pk] & bits)] for pk, bits in sets.items() if pk != segment.pk]
        most = sorted((one for one in shared if one[1]), key=lambda one: (-one[1], one[0]))[:MOST]
        Segment.objects.filter(pk=segment.pk).update(overlap={"at": at, "with": most})


def _is_new(segment: Segment) -> bool:
    """Whether it was never compared, or its rule changed since."""
    before: str = segment.overlap.get("at", "")
    return before < segment.updated_at.isoformat()
