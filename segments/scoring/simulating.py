"""A trial is a row: asked for, claimed with a lease, worked on. It makes the draft that a run would publish,
counts who would move, and throws the draft away. Scores are not touched.

The draft stands beside the scores that readers see now. So what it counts is exactly what saving the rules
and scoring at this moment would do, the little that time and new orders do since the last scoring included.
"""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone

from segments.scoring import ground, rfm
from segments.scoring.models import Trial
from segments.scoring.ruling import Rules

LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 3
KEPT = 50
SAMPLE = 3
FLOWS = """
    SELECT coalesce(old_group, ''), coalesce("group", ''), coalesce(old_stage, ''), coalesce(stage, ''),
           count(*), coalesce(sum(total), 0)
    FROM {draft} GROUP BY 1, 2, 3, 4
"""
SAMPLES = """
    SELECT before, after, array_agg(customer_id ORDER BY place) FROM (
        SELECT coalesce({old}, '') AS before, coalesce({new}, '') AS after, customer_id,
               row_number() OVER (
                   PARTITION BY {old}, {new} ORDER BY total DESC NULLS LAST, customer_id) AS place
        FROM {draft} WHERE {old} IS DISTINCT FROM {new}
    ) AS moved WHERE place <= %(most)s GROUP BY 1, 2
"""
COLUMNS = {"stage": ("old_stage", "stage"), "group": ("old_group", '"group"')}


def sweep() -> None:
    """Gives up trials that fail again and again, and works on one that waits."""
    waiting = Trial.objects.unheld()
    waiting.filter(attempts__gte=MOST_ATTEMPTS).update(finished_at=timezone.now(), error="attempts")
    if found := waiting.order_by("pk").first():
        run(found.pk)


def run(pk: int) -> None:
    mine = Trial.objects.unheld().filter(pk=pk, attempts__lt=MOST_ATTEMPTS)
    if not mine.update(lease_until=timezone.now() + LEASE, attempts=F("attempts") + 1, progress=5):
        return
    trial = Trial.objects.get(pk=pk)
    _sweep_drafts()
    result = _result(trial)
    Trial.objects.filter(pk=pk).update(
        result=result, finished_at=timezone.now(), progress=100, lease_until=None
    )
    old = Trial.objects.order_by("-pk").values_list("pk", flat=True)[KEPT:]
    Trial.objects.filter(pk__in=list(old)).delete()


def _sweep_drafts() -> None:
    """What crashed trials left; those of trials that are being worked on stay."""
    if not Trial.objects.unfinished().filter(attempts__gt=0, lease_until__gt=timezone.now())[1:2].exists():
        rfm.drop_drafts(rfm.TRIALS)


def _result(trial: Trial) -> dict[str, Any]:
    rules, as_of, name = (
        Rules.from_json(trial.rules),
        timezone.now(),
        f"{rfm.TRIALS}{trial.pk}_{trial.attempts}",
    )
    with ground.prepared(name, rules, as_of) as found:
        cutoffs = rfm.find_cutoffs(found, rules, as_of)
        Trial.objects.filter(pk=trial.pk).update(progress=40)
        with rfm.draft(name, found, cutoffs, rules, as_of) as table:
            Trial.objects.filter(pk=trial.pk).update(progress=80)
            return _count(table) | {"cutoffs": cutoffs.to_json(), "as_of": as_of.isoformat()}


def _count(table: str) -> dict[str, Any]:
    """Per kind the flows, each with from, to, customers, money and some of the customers."""
    totals: dict[str, dict[tuple[str, str], list[Any]]] = {kind: defaultdict(_nothing) for kind in COLUMNS}
    with connection.cursor() as cursor:
        cursor.execute(FLOWS.format(draft=table))
        for old_group, group, old_stage, stage, customers, money in cursor.fetchall():
            for kind, flow in (("group", (old_group, group)), ("stage", (old_stage, stage))):
                totals[kind][flow][0] += customers
                totals[kind][flow][1] += money
        samples = {kind: _samples(cursor, table, *columns) for kind, columns in COLUMNS.items()}
    return {
        kind: [
            [before, after, customers, str(money), samples[kind].get((before, after), [])]
            for (before, after), (customers, money) in sorted(flows.items())
        ]
        for kind, flows in totals.items()
    }


def _samples(cursor: Any, table: str, old: str, new: str) -> dict[tuple[str, str], list[int]]:
    cursor.execute(SAMPLES.format(draft=table, old=old, new=new), {"most": SAMPLE})
    return {(before, after): customers for before, after, customers in cursor.fetchall()}


def _nothing() -> list[Any]:
    return [0, Decimal(0)]
