"""Classes of times: each is a quarter of a doubling wide, so that counts of them add up and still say what
the middle is. What is read from them is right to about a tenth."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

CLASSES_PER_DOUBLING = 4


def quantile(counts: Mapping[int, int], share: float) -> float | None:
    """The seconds below which `share` of all lie; None when there are none."""
    total = sum(counts.values())
    if not total:
        return None
    wanted, passed = share * total, 0
    for bucket in sorted(counts):
        if passed + counts[bucket] >= wanted:
            inside = (wanted - passed) / counts[bucket]
            return float(2 ** ((bucket + inside) / CLASSES_PER_DOUBLING))
        passed += counts[bucket]
    return None


def words(seconds: float | None) -> str:
    """3 min, 2 h 05, 1.4 days."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return _("%(number)d s") % {"number": seconds}
    if seconds < 3600:
        return _("%(number)d min") % {"number": seconds / 60}
    if seconds < 36 * 3600:
        return _("%(hours)d h %(minutes)02d") % {"hours": seconds // 3600, "minutes": seconds % 3600 // 60}
    return _("%(number).1f days") % {"number": seconds / 86400}
