"""Adds months of the past up from the orders, by the rules in force now, oldest first.

What happened before the first scoring is noted as well: month by month, then up to a week before the scores
that readers see now, then up to those. So the first week's alerts are true, and scores say since when they
hold.
"""

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from segments.movement import noting
from segments.movement.models import Change, Kind, Month
from segments.scoring import ground, policies, rfm
from segments.scoring.models import ScoringRun

LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 5
DRAFT = "movement_draft_"
RECENT = timedelta(days=7)
# Today's scores, beside an earlier draft, with the columns of a draft.
SINCE_DRAFT = """
    (SELECT score.customer_id, score."group", score.stage, rollup.total, rollup.last_order_at,
            score.recency * 100 + score.frequency * 10 + score.monetary AS scores,
            earlier."group" AS old_group, earlier.stage AS old_stage, earlier.scores AS old_scores
     FROM scoring_score AS score JOIN orders_rollup AS rollup ON rollup.customer_id = score.customer_id
     LEFT JOIN {draft} AS earlier ON earlier.customer_id = score.customer_id)
"""
# Who moved since the first month kept, and when last; the others stand where they stood then.
CARRY = """
    UPDATE scoring_score AS score SET {since} = coalesce(moved.at, %(first)s),
        {previous} = coalesce(moved.before, '')
    FROM (SELECT * FROM movement_snapshot WHERE month = %(month)s) AS stood FULL JOIN (
        SELECT DISTINCT ON (customer_id) customer_id, at, before, after FROM movement_change
        WHERE kind = %(kind)s ORDER BY customer_id, at DESC
    ) AS moved ON moved.customer_id = stood.customer_id
    WHERE score.customer_id = coalesce(moved.customer_id, stood.customer_id)
        AND score.{column} = coalesce(moved.after, stood.{column}) AND score.{previous} = ''
"""


def sweep() -> None:
    """Takes what waits, as long as nobody else does."""
    while (month := Month.objects.pending().order_by("month").first()) and _claim(month):
        take(month)


def take(month: Month) -> None:
    rules = policies.current()[1]
    earlier = Month.objects.taken().filter(month__lt=month.month).order_by("-month").first()
    old = noting.KEPT.format(month=earlier.month) if earlier else noting.NOTHING_KEPT
    name = f"{DRAFT}{month.month:%Y%m}"
    rfm.drop_drafts(name)
    with ground.prepared(name, rules, month.as_of, past=True) as found:
        cutoffs = rfm.find_cutoffs(found, rules, month.as_of)
        with rfm.draft(name, found, cutoffs, rules, month.as_of, old) as table, transaction.atomic():
            _keep(month, table, earlier)
    if not Month.objects.pending().exists():
        _catch_up()


def _claim(month: Month) -> bool:
    """False while somebody holds the oldest month, or it was given up; the later ones build on it."""
    free = Month.objects.pending().filter(pk=month.pk, attempts__lt=MOST_ATTEMPTS)
    free = free.filter(Q(lease_until=None) | Q(lease_until__lt=timezone.now()))
    return bool(free.update(lease_until=timezone.now() + LEASE, attempts=F("attempts") + 1))


def _keep(month: Month, table: str, earlier: Month | None) -> None:
    kept = noting.keep(table, month.month)
    if not kept and earlier is None and Month.objects.pending().count() > 1:
        # Before the first order of all there is no history.
        month.delete()
        return
    if earlier and month.as_of < _first_run().as_of:
        noting.note(table, noting.Span(earlier.as_of, month.as_of, _first_run().pk))
    Month.objects.filter(pk=month.pk).update(taken_at=timezone.now(), customers=kept, lease_until=None)


def _first_run() -> ScoringRun:
    return ScoringRun.objects.done().order_by("as_of")[0]


def _catch_up() -> None:
    """From the last month added up to the scores of now; only once, later runs note their own moves."""
    newest = Month.objects.taken().order_by("-month").first()
    run = ScoringRun.objects.done().order_by("-as_of").first()
    if newest is None or run is None or Change.objects.filter(at__gt=newest.as_of).exists():
        return
    rules, recent = policies.current()[1], max(newest.as_of, run.as_of - RECENT)
    name, old = f"{DRAFT}recent", noting.KEPT.format(month=newest.month)
    rfm.drop_drafts(name)
    with ground.prepared(name, rules, recent, past=True) as found:
        cutoffs = rfm.find_cutoffs(found, rules, recent)
        with rfm.draft(name, found, cutoffs, rules, recent, old) as table, transaction.atomic():
            noting.note(table, noting.Span(newest.as_of, recent, run.pk))
            noting.note(SINCE_DRAFT.format(draft=table), noting.Span(recent, run.as_of, run.pk))
            _carry()


def _carry() -> None:
    first = Month.objects.taken().order_by("month")[0]
    columns = {Kind.STAGE: ("stage", "stage_since", "previous_stage")}
    columns[Kind.GROUP] = ('"group"', "since", "previous_group")
    with connection.cursor() as cursor:
        for kind, (column, since, previous) in columns.items():
            sql = CARRY.format(column=column, since=since, previous=previous)
            cursor.execute(sql, {"kind": kind.value, "first": first.as_of, "month": first.month})
