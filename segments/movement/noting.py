"""Writes down who moved, and where everybody stands, out of a draft of scores: set by set, never row by row.

A change that is not from one run to the next is known by two points in time only. It is noted at the later of
them, so nobody seems to have moved earlier than they did.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

LOG = """
    INSERT INTO movement_change (customer_id, kind, at, before, after, cause, scores_before, scores_after,
                                 total, run_id)
    SELECT customer_id, one.kind, %(at)s, one.before, one.after,
           CASE WHEN NOT %(same_rules)s THEN 'rules' WHEN last_order_at > %(since)s THEN 'order'
                ELSE 'time' END,
           old_scores, scores, total, %(run)s
    FROM {moved} AS moved CROSS JOIN LATERAL (VALUES
        ('stage', coalesce(old_stage, ''), stage), ('group', coalesce(old_group, ''), "group")
    ) AS one (kind, before, after)
    WHERE stage IS NOT NULL AND one.before <> one.after
    ON CONFLICT DO NOTHING
"""
KEEP = """
    INSERT INTO movement_snapshot (month, customer_id, "group", stage, scores, total)
    SELECT %(month)s, customer_id, "group", stage, scores, total FROM {draft} WHERE stage IS NOT NULL
    ON CONFLICT DO NOTHING
"""
# A month in place of the scores that a draft is compared with.
KEPT = """
    (SELECT customer_id, "group", stage, scores / 100 AS recency,
            scores / 10 - scores / 100 * 10 AS frequency, scores - scores / 10 * 10 AS monetary
     FROM movement_snapshot WHERE month = '{month:%Y-%m-%d}')
"""
NOTHING_KEPT = KEPT.replace("month = '{month:%Y-%m-%d}'", "false")


@dataclass(frozen=True)
class Span:
    """Between which moments the moves happened, and which run tells by which rules."""

    since: datetime
    at: datetime
    run: int | None
    same_rules: bool = True


def note(moved: str, span: Span) -> None:
    """`moved` is a draft, or what has its columns."""
    with connection.cursor() as cursor:
        cursor.execute(LOG.format(moved=moved), vars(span))


def keep(draft: str, month: date) -> int:
    """Answers how many customers stood somewhere."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP.format(draft=draft), {"month": month})
        kept: int = cursor.rowcount
        return kept
