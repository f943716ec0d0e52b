"""How many customers went from where to where between two points in time, and what they spent until then.

A point is the beginning of a month that is kept, or None: the scores of now.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from crm.accounts.models import User
from crm.accounts.policy import Scope
from crm.lib.keeping import kept
from customers.models import Customer, CustomerQuerySet
from segments.movement.models import Digest, Kind, Month, Snapshot
from segments.scoring.models import Score

# Seconds. A colleague's customers come and go; the whole base changes with the next scoring only.
KEPT, KEPT_LONG = 15 * 60, 24 * 3600
# Per kind: from, to, customers, money.
Flows = dict[str, list[list[Any]]]
OF_MONTH = (
    """(SELECT customer_id, "group", stage, total FROM movement_snapshot WHERE month = '{:%Y-%m-%d}')"""
)
OF_NOW = """
    (SELECT score.customer_id, score."group", score.stage, rollup.total
     FROM scoring_score AS score JOIN orders_rollup AS rollup ON rollup.customer_id = score.customer_id)
"""
COUNT = """
    SELECT coalesce(early."group", ''), coalesce(late."group", ''), coalesce(early.stage, ''),
           coalesce(late.stage, ''), count(*), sum(coalesce(late.total, early.total))
    FROM {early} AS early FULL JOIN {late} AS late USING (customer_id)
    WHERE customer_id IN ({customers}) GROUP BY 1, 2, 3, 4
"""


@dataclass(frozen=True)
class Between:
    """Two points in time, the earlier of them always a month."""

    since: date
    until: date | None = None

    def __str__(self) -> str:
        return f"{self.since}:{self.until or 'now'}"

    def until_moment(self, months: Sequence[Month]) -> datetime | None:
        """None for now."""
        return next((one.as_of for one in months if one.month == self.until), None)


def count(between: Between, customers: CustomerQuerySet) -> Flows:
    try:
        chosen, values = customers.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return {kind.value: [] for kind in Kind}
    sql = COUNT.format(
        early=OF_MONTH.format(between.since),
        late=OF_MONTH.format(between.until) if between.until else OF_NOW,
        customers=chosen,
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return _by_kind(cursor.fetchall())


def seen_by(user: User, between: Between, run: int) -> Flows:
    """For the customers that `user` may see. What a scoring or a month has counted is not counted again."""
    sees_all = user.scope("customer", "view") is Scope.ALL
    if sees_all and (found := _counted(between, run)):
        return found
    key = f"movement:{run}:{between}:{user.reach('customer')}:{user.scope('score', 'view').name}"
    seconds = KEPT_LONG if sees_all else KEPT
    return kept(key, seconds, lambda: count(between, Customer.objects.visible_to(user)))


def who(user: User, between: Between, kind: Kind, before: str, after: str) -> CustomerQuerySet:
    """The customers of one flow."""
    rows = Customer.objects.visible_to(user)
    early = Snapshot.objects.filter(month=between.since)  # narrowed to customers who are visible
    late: QuerySet[Any] = (
        Snapshot.objects.filter(month=between.until) if between.until else Score.objects.all()
    )
    for stood, place in ((early, before), (late, after)):
        if place:
            rows = rows.filter(Exists(stood.filter(customer_id=OuterRef("pk"), **{kind.value: place})))
        else:
            rows = rows.filter(~Exists(stood.filter(customer_id=OuterRef("pk"))))
    return rows


def _counted(between: Between, run: int) -> Flows | None:
    if between.until is None:
        newest = Month.objects.taken().order_by("-month").values_list("month", flat=True).first()
        digest = Digest.objects.filter(pk=run).first() if newest == between.since else None
        return digest.flows if digest else None
    months = Month.objects.taken().filter(month__lte=between.until).order_by("-month")[:2]
    if [one.month for one in months] != [between.until, between.since]:
        return None
    return months[0].flows


def _by_kind(rows: Sequence[tuple[Any, ...]]) -> Flows:
    totals: dict[str, dict[tuple[str, str], list[Any]]] = {kind.value: defaultdict(_nothing) for kind in Kind}
    for old_group, group, old_stage, stage, customers, money in rows:
        for kind, flow in ((Kind.GROUP, (old_group, group)), (Kind.STAGE, (old_stage, stage))):
            totals[kind][flow][0] += customers
            totals[kind][flow][1] += money
    return {
        kind: [
            [before, after, customers, str(money)]
            for (before, after), (customers, money) in sorted(flows.items())
        ]
        for kind, flows in totals.items()
    }


def _nothing() -> list[Any]:
    return [0, Decimal(0)]
