"""Counting while somebody edits a rule: exact if it is quick, else an estimate that says so."""

from dataclasses import dataclass
from time import monotonic

from crm.lib.patience import TooSlow, at_most, expected
from customers.models import Customer, CustomerQuerySet
from segments.latest import latest

PATIENCE_MS = 2000
SAMPLE = 5


@dataclass(frozen=True)
class Answer:
    """`is_exact` is False when counting took too long and the number is the planner's guess."""

    number: int
    is_exact: bool
    seconds: float
    sample: list[Customer]


def count(rows: CustomerQuerySet) -> Answer:
    """How many there are and the latest active few, within about PATIENCE_MS each."""
    start = monotonic()
    number, sample = _within_time(rows)
    seconds = monotonic() - start
    if number is None:
        return Answer(expected(rows), is_exact=False, seconds=seconds, sample=[])
    return Answer(number, is_exact=True, seconds=seconds, sample=sample)


def _within_time(rows: CustomerQuerySet) -> tuple[int | None, list[Customer]]:
    try:
        with at_most(PATIENCE_MS):
            number = rows.count()
            return number, latest(rows, number, SAMPLE, "score")
    except TooSlow:
        return None, []
