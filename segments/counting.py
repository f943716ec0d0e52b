"""Counting while somebody edits a rule: exact if it is quick, else an estimate that says so."""

import json
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.db.models.expressions import OrderBy

from customers.models import Customer, CustomerQuerySet

PATIENCE_MS = 2000
SAMPLE = 5
DENSE = 10_000
# PostgreSQL's code for a statement that ran out of time.
CANCELLED = "57014"


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
        return Answer(_estimate(rows), is_exact=False, seconds=seconds, sample=[])
    return Answer(number, is_exact=True, seconds=seconds, sample=sample)


def _within_time(rows: CustomerQuerySet) -> tuple[int | None, list[Customer]]:
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE_MS)])
            number = rows.count()
            return number, list(rows.select_related("score").order_by(*newest_first(number))[:SAMPLE])
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != CANCELLED:
            raise
        return None, []


def newest_first(number: int) -> tuple[str | OrderBy, str]:
    """The order in which to see the first few of `number` customers.

    To meet a few rare customers, walking the index of activity takes for ever.
    """
    if number > DENSE:
        return "-touched_at", "-pk"
    return (F("touched_at") + timedelta(0)).desc(), "-pk"


def _estimate(rows: CustomerQuerySet) -> int:
    plan = json.loads(rows.order_by().values("pk").explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])
