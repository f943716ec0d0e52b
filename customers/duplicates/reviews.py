"""How often the score was right, by what this company's own people decided. No model's promise."""

from dataclasses import dataclass

from django.db.models import Case, CharField, Count, Q, Value, When
from django.utils.translation import gettext as _

from customers.duplicates import automatic, patterns, reading
from customers.matching.models import Pair, Settings
from customers.merging.models import Merge

# Lower edges, in bits, the highest first.
BANDS = (20, 16, 13, 10, 7, 4, 0)


@dataclass(frozen=True)
class Band:
    """Of `reviewed` pairs with a score from `low` to below `high`, `right` were one customer."""

    low: float | None
    high: float | None
    right: int
    reviewed: int

    @property
    def name(self) -> str:
        """10 – 13, 20 +, below 0."""
        if self.low is None:
            return _("below %(score)s") % {"score": self.high}
        return f"{self.low} +" if self.high is None else f"{self.low} – {self.high}"

    @property
    def share(self) -> float | None:
        return self.right / self.reviewed if self.reviewed else None


@dataclass(frozen=True)
class Preview:
    """`waiting` open pairs would be joined; `right` of the `reviewed` ones like these were one customer."""

    waiting: int
    right: int
    reviewed: int


def bands() -> list[Band]:
    """The highest scores first."""
    named = Case(
        *(When(bits__gte=edge, then=Value(str(edge))) for edge in BANDS),
        default=Value(""),
        output_field=CharField(),
    )
    rows = (
        reading.by_people()
        .values(band=named)
        .annotate(right=Count("pk", filter=Q(state=Pair.State.JOINED)), reviewed=Count("pk"))
    )
    found = {row["band"]: (row["right"], row["reviewed"]) for row in rows}
    edges: list[tuple[float | None, float | None]] = [
        (low, high) for low, high in zip(BANDS, (None, *BANDS), strict=False)
    ]
    edges.append((None, BANDS[-1]))
    return [Band(low, high, *found.get("" if low is None else str(low), (0, 0))) for low, high in edges]


def preview(settings: Settings) -> Preview | None:
    """What these settings would join by themselves; None when that is nothing, whatever the pairs."""
    enough = automatic.ENOUGH.get(Settings.Gate(settings.gate))
    if enough is None:
        return None
    rows = Pair.objects.filter(bits__gte=settings.join_from, is_vetoed=False)
    waiting = patterns.passing(rows.filter(state=Pair.State.OPEN), enough)
    decided = patterns.passing(
        reading.by_people().filter(bits__gte=settings.join_from, is_vetoed=False), enough
    )
    counted = decided.aggregate(right=Count("pk", filter=Q(state=Pair.State.JOINED)), reviewed=Count("pk"))
    return Preview(waiting.count(), **counted)


def joined_by_rule() -> tuple[int, int]:
    """How many customers were joined without asking, and how many of those somebody took apart again."""
    rows = Merge.objects.filter(cause=Merge.Cause.RULE)
    counted = rows.aggregate(all=Count("pk"), undone=Count("pk", filter=~Q(undone_at=None)))
    return counted["all"], counted["undone"]
