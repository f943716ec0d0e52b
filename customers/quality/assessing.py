"""Scores in set-based SQL: the rules become one SELECT, asked for a chunk of customers or for one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Case, CharField, Exists, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from customers.models import Customer
from customers.privacy.models import Protection
from customers.quality import rules
from customers.quality.models import Refresh
from customers.quality.rules import Dimension

COLUMNS = "customer_id, score, completeness, accuracy, timeliness, problems"
SCORED = """
    SELECT id AS customer_id,
        round(({whole}) / 10.0)::smallint AS score,
        completeness::smallint, accuracy::smallint, timeliness::smallint, problems
    FROM (SELECT id, {completeness} AS completeness, {accuracy} AS accuracy,
            greatest(0, least(100, round(100 - 100 * (extract(epoch FROM %s::timestamptz - sign_of_life)
                - {fresh}) / {span}))) AS timeliness,
            array_remove(ARRAY[{codes}]::varchar[], NULL) AS problems
        FROM ({found}) AS found) AS scored
"""
KEEP = f"""
    INSERT INTO quality_quality ({COLUMNS})
    SELECT {COLUMNS} FROM ({{scored}}) AS new
    ON CONFLICT (customer_id) DO UPDATE SET score = excluded.score, completeness = excluded.completeness,
        accuracy = excluded.accuracy, timeliness = excluded.timeliness, problems = excluded.problems
    WHERE (quality_quality.score, quality_quality.completeness, quality_quality.accuracy,
           quality_quality.timeliness, quality_quality.problems)
        IS DISTINCT FROM (excluded.score, excluded.completeness, excluded.accuracy,
                          excluded.timeliness, excluded.problems)
"""
SWEEP = """
    DELETE FROM quality_quality AS old USING customers_customer AS gone
    WHERE gone.id = old.customer_id AND gone.deleted_at IS NOT NULL
"""


@dataclass(frozen=True)
class Assessed:
    """One customer's scores as they are now, and the rules that lowered them."""

    score: int
    completeness: int
    accuracy: int
    timeliness: int
    problems: Sequence[str]


def keep(customers: "QuerySet[Customer]", at: datetime) -> None:
    """Scores these customers in one statement, touching only rows that differ."""
    scored, parameters = _scored(customers, at)
    with connection.cursor() as cursor:
        cursor.execute(KEEP.format(scored=scored), parameters)


def sweep() -> None:
    """Removes the scores of customers who were deleted since."""
    with connection.cursor() as cursor:
        cursor.execute(SWEEP)


def now(customer: Customer) -> Assessed | None:
    """The scores of one customer as they are at this moment; None for whoever was erased."""
    scored, parameters = _scored(Customer.objects.filter(pk=customer.pk), timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(scored, parameters)
        row = cursor.fetchone()
    return Assessed(*row[1:]) if row else None


def _scored(customers: "QuerySet[Customer]", at: datetime) -> tuple[str, list[Any]]:
    known = rules.all_rules()
    answered = Refresh.objects.filter(customer=OuterRef("pk")).exclude(answered_at=None)
    confirmed = answered.order_by("-answered_at").values("answered_at")[:1]
    erased = Protection.objects.filter(customer=OuterRef("pk")).exclude(erased_at=None)
    found = (
        customers.filter(~Exists(erased), deleted_at=None)
        .annotate(sign_of_life=Greatest(F("touched_at"), Coalesce(Subquery(confirmed), F("touched_at"))))
        .annotate(**{rule.code: _holds(rule, at) for rule in known})
        .order_by()
        .values("id", "sign_of_life", *(rule.code for rule in known))
    )
    sql, parameters = found.query.sql_with_params()
    scored = SCORED.format(
        whole=" + ".join(f"{name} * {share}" for name, share in rules.SHARES.items()),
        completeness=_left(Dimension.COMPLETENESS),
        accuracy=_left(Dimension.ACCURACY),
        fresh=int(rules.FRESH.total_seconds()),
        span=int((rules.DEAD - rules.FRESH).total_seconds()),
        codes=", ".join(rule.code for rule in known),
        found=sql,
    )
    return scored, [at, *parameters]


def _holds(rule: rules.Rule, at: datetime) -> Case:
    """The rule's code where it holds, else nothing."""
    condition: Any = rule.condition(timezone.localdate(at))
    return Case(When(condition, then=Value(rule.code)), default=None, output_field=CharField())


def _left(dimension: Dimension) -> str:
    taken = [
        f"CASE WHEN {rule.code} IS NULL THEN 0 ELSE {rule.points} END"
        for rule in rules.all_rules()
        if rule.dimension is dimension
    ]
    return f"greatest(0, 100 - ({' + '.join(taken)}))"
