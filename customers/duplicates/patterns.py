"""Pairs that agree and disagree in the same things: one look is enough to decide about all of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Func, Max, Q, TextField
from django.utils.text import capfirst

from crm.accounts.models import User
from customers.duplicates import deciding, reading
from customers.matching.levels import label_of
from customers.matching.models import Pair, PairQuerySet

# Patterns are counted among so many pairs, the best ones.
LOOKED_AT = 20_000
SHOWN = 50


class PatternOf(Func):
    """The levels of all comparisons of a pair as one word. An index of the open pairs is made of it."""

    template = "md5(jsonb_path_query_array(%(expressions)s, '$[*].level')::text)"
    output_field = TextField()


@dataclass(frozen=True)
class Pattern:
    key: str
    pairs: int
    bits: float
    sample: Pair
    right: int
    reviewed: int

    @property
    def findings(self) -> list[str]:
        return findings(self.sample.reasons)


def of(rows: PairQuerySet, key: str) -> PairQuerySet:
    return rows.alias(pattern=PatternOf("reasons")).filter(pattern=key)


def key_of(pair: Pair) -> str:
    return str(Pair.objects.filter(pk=pair.pk).values_list(PatternOf("reasons"), flat=True).get())


def most_frequent(user: User) -> list[Pattern]:
    """The patterns of the best open pairs, and how often people found pairs like these to be one."""
    best = Pair.objects.visible_to(user, "edit").open().best_first().values("pk")[:LOOKED_AT]
    counted = Pair.objects.filter(pk__in=best).values(key=PatternOf("reasons"))
    rows = list(
        counted.annotate(pairs=Count("pk"), mean=Avg("bits"), one=Max("pk")).order_by("-pairs")[:SHOWN]
    )
    samples = Pair.objects.in_bulk([row["one"] for row in rows])
    alike = reading.by_people().alias(pattern=PatternOf("reasons"))
    decided = alike.filter(pattern__in=[row["key"] for row in rows]).values(key=PatternOf("reasons"))
    known = {
        row["key"]: (row["right"], row["all"])
        for row in decided.annotate(right=Count("pk", filter=Q(state=Pair.State.JOINED)), all=Count("pk"))
    }
    return [
        Pattern(row["key"], row["pairs"], row["mean"], samples[row["one"]], *known.get(row["key"], (0, 0)))
        for row in rows
        if row["one"] in samples
    ]


def passing(rows: PairQuerySet, gates: Collection[str]) -> PairQuerySet:
    """Those that pass one of the gates. What a pair passes depends on its pattern alone."""
    counted = rows.order_by().values(key=PatternOf("reasons")).annotate(one=Max("pk"))
    samples = dict(counted.values_list("one", "key"))
    found = Pair.objects.filter(pk__in=samples)
    keys = [samples[pair.pk] for pair in found if deciding.gate_of(pair) in gates]
    return rows.alias(pattern=PatternOf("reasons")).filter(pattern__in=keys)


def reviewed(key: str) -> tuple[int, int]:
    """Of the pairs like these that people decided: how many were one, and how many there were."""
    counted = of(reading.by_people(), key).aggregate(
        right=Count("pk", filter=Q(state=Pair.State.JOINED)), all=Count("pk")
    )
    return counted["right"], counted["all"]


def findings(reasons: Sequence[Mapping[str, Any]]) -> list[str]:
    """What was found, in words: what weighs most comes first."""
    heaviest = sorted(reasons, key=lambda one: -abs(float(one["bits"])))
    return [str(capfirst(label_of(one["field"], one["level"]))) for one in heaviest]
