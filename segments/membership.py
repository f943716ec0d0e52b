"""Who is in a segment: the stored answer to its rule, renewed as a whole."""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.utils import timezone

from customers.models import CustomerQuerySet
from segments import rules
from segments.models import Segment
from segments.scoring.models import ScoringRun

LEASE = timedelta(minutes=10)
# The night's scoring makes every segment stale; without one they are renewed once a day.
OLDEST = timedelta(hours=25)
INVALID = "rule"
MANY = 10_000

LEAVE = """
    DELETE FROM segments_membership AS old WHERE segment_id = %(segment)s
    AND NOT EXISTS (SELECT FROM segment_members AS new WHERE new.id = old.customer_id)
"""
ENTER = """
    INSERT INTO segments_membership (segment_id, customer_id, entered_at)
    SELECT %(segment)s, id, %(at)s FROM segment_members AS new
    WHERE NOT EXISTS (
        SELECT FROM segments_membership AS old
        WHERE old.segment_id = %(segment)s AND old.customer_id = new.id)
    ON CONFLICT DO NOTHING
"""
SUMMARY = """
    SELECT coalesce(score."group", ''), count(*), coalesce(sum(rollup.total), 0)
    FROM segment_members AS new
    LEFT JOIN orders_rollup AS rollup ON rollup.customer_id = new.id
    LEFT JOIN scoring_score AS score ON score.customer_id = new.id
    GROUP BY 1
"""


def sweep() -> None:
    """Renews the segments that are out of date."""
    for pk in list(Segment.objects.stale(before=_newest_news()).unheld().values_list("pk", flat=True)):
        refresh(pk)


def refresh(segment_id: int) -> None:
    """Renews one segment, unless somebody else is doing that right now."""
    held = Segment.objects.unheld().filter(pk=segment_id)
    if not held.update(lease_until=timezone.now() + LEASE):
        return
    segment = Segment.objects.get(pk=segment_id)
    as_of = timezone.now()
    try:
        rule = rules.parse(segment.rule)
    except rules.InvalidRule:
        # The lease stays: asking again every minute would not mend the rule.
        Segment.objects.filter(pk=segment_id).update(error=INVALID)
        return
    _renew(segment, rule, as_of)


def _newest_news() -> datetime:
    scored = ScoringRun.objects.done().order_by("-finished_at").values_list("finished_at", flat=True).first()
    oldest = timezone.now() - OLDEST
    return max(scored, oldest) if scored else oldest


@transaction.atomic
def _renew(segment: Segment, rule: rules.Group, as_of: datetime) -> None:
    members, values = _as_sql(rules.members(rule, as_of=as_of))
    with connection.cursor() as cursor:
        # Whoever deletes the segment waits for us, whoever edits it does not.
        cursor.execute("SELECT FROM segments_segment WHERE id = %s FOR KEY SHARE", [segment.pk])
        if not cursor.rowcount:
            return
        cursor.execute(f"CREATE TEMPORARY TABLE segment_members (id) ON COMMIT DROP AS {members}", values)
        # With a key, no wrong estimate can make the planner compare everybody with everybody.
        cursor.execute("ALTER TABLE segment_members ADD PRIMARY KEY (id)")
        cursor.execute("ANALYZE segment_members")
        cursor.execute(LEAVE, {"segment": segment.pk})
        left = cursor.rowcount
        cursor.execute(ENTER, {"segment": segment.pk, "at": as_of})
        entered = cursor.rowcount
        cursor.execute(SUMMARY)
        groups = cursor.fetchall()
        cursor.execute("DROP TABLE segment_members")
        if entered + left > MANY:
            # Pages that filter by segment should not wait for autovacuum to notice.
            cursor.execute("ANALYZE segments_membership")
    Segment.objects.filter(pk=segment.pk).update(
        size=sum(customers for _group, customers, _money in groups),
        summary=_summary(groups, entered, left, segment),
        refreshed_at=as_of,
        lease_until=None,
        error="",
    )


def _as_sql(members: CustomerQuerySet) -> tuple[str, tuple[Any, ...]]:
    try:
        return members.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        # Django sees that nobody can match, such as customers with fewer than no orders.
        return "SELECT NULL::bigint WHERE false", ()


def _summary(groups: list[Any], entered: int, left: int, before: Segment) -> dict[str, Any]:
    """`groups` maps RFM groups to customers and money; those without a score are under an empty name."""
    first_time = before.refreshed_at is None
    return {
        "groups": {group: [customers, str(money)] for group, customers, money in groups},
        "money": str(sum(money for _group, _customers, money in groups)),
        "entered": 0 if first_time else entered,
        "left": 0 if first_time else left,
    }
