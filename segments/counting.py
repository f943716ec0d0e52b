"""Counting while somebody edits a rule: exact where that is quick, else from customers drawn at random.

What is drawn stays the same from one count to the next, so that the difference a condition makes is its own.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from math import sqrt
from random import Random
from time import monotonic

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Max, Min, Value

from crm.lib.patience import TooSlow, at_most, expected
from customers.models import Customer, CustomerQuerySet
from segments.latest import latest

# What the planner thinks can be read in a quarter of a second, in its own unit; and how long that may take.
CHEAP, QUICK_MS = 60_000, 250
# So many are drawn; fewer where asking about each takes longer than the patience.
DRAWN, FEWER = 8_000, 800
PATIENCE_MS = 300
SHOWN = 5
# Of these we are sure in 19 cases of 20.
SURE = 1.96
# Nobody among n drawn: fewer than 3 of n, as sure as that.
NONE_OF = 3


@dataclass(frozen=True)
class Answer:
    """`margin` is how far the truth may lie from an estimate; of a `is_ceiling` number, there are fewer.

    Without any that were `drawn`, an estimate is the planner's guess.
    """

    number: int
    is_exact: bool
    seconds: float
    sample: list[Customer]
    margin: int = 0
    is_ceiling: bool = False
    drawn: int = 0


def count(rows: CustomerQuerySet) -> Answer:
    """How many there are and the latest active few, within about half a second."""
    start = monotonic()
    found = _exactly(rows) if _cost(rows) <= CHEAP else None
    for drawn in (DRAWN, FEWER):
        found = found or _estimated(rows, drawn)
    found = found or Answer(expected(rows), is_exact=False, seconds=0, sample=[])
    return Answer(**{**found.__dict__, "seconds": monotonic() - start})


def _cost(rows: CustomerQuerySet) -> float:
    plan = json.loads(rows.order_by().values("pk").explain(format="json"))
    return float(plan[0]["Plan"]["Total Cost"])


def _exactly(rows: CustomerQuerySet) -> Answer | None:
    with suppress(TooSlow), at_most(QUICK_MS):
        number = rows.count()
        return Answer(number, is_exact=True, seconds=0, sample=latest(rows, number, SHOWN, "score"))
    return None


def _estimated(rows: CustomerQuerySet, drawn: int) -> Answer | None:
    ends = Customer.objects.aggregate(first=Min("pk"), last=Max("pk"))
    span = (ends["last"] or 0) - (ends["first"] or 0) + 1
    if not ends["last"] or span < drawn:
        drawn = span
    first = ends["first"] or 0
    numbers = Random(drawn).sample(range(first, first + span), drawn)  # noqa: S311 - a sample, no secret
    among = rows.filter(pk__any_of=Value(numbers, ArrayField(BigIntegerField())))
    with suppress(TooSlow), at_most(PATIENCE_MS):
        found = list(among.order_by("-touched_at", "-pk").values_list("pk", flat=True))
        shown = Customer.objects.filter(pk__in=found[:SHOWN]).select_related("score")
        sample = list(shown.order_by("-touched_at", "-pk"))
        return _scaled(len(found), drawn, span, sample)
    return None


def _scaled(found: int, drawn: int, span: int, sample: list[Customer]) -> Answer:
    if drawn == span:
        return Answer(found, is_exact=True, seconds=0, sample=sample)
    each = span / drawn
    if not found:
        return Answer(_rounded(NONE_OF * each), False, 0, sample, is_ceiling=True, drawn=drawn)
    margin = SURE * sqrt(found * (1 - found / drawn)) * each
    return Answer(_rounded(found * each), False, 0, sample, margin=_rounded(margin), drawn=drawn)


def _rounded(number: float) -> int:
    """To two digits: more would pretend to know more."""
    whole = round(number)
    return round(whole, 2 - len(str(whole)))
