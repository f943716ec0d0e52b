"""Between two nights, scores and predictions follow the customers whose orders changed.

They are judged by the rules, cut-offs and purchase cycles of the last scoring and by the published models, so
that everybody is measured alike until the next night. What is counted over all of them waits for it too.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from customers.orders.models import Stale
from segments.predicting import applying, fitting, statistics
from segments.predicting.models import PredictionRun
from segments.scoring import ground, policies, publishing, rfm
from segments.scoring import running as scoring
from segments.scoring.models import ScoringRun

# At once; the next sweep is seconds away.
MOST = 20_000
# Where more wait, such as after a large import, scoring everybody is less work.
TOO_MANY = 200_000
FEW = "predicting_followed"
LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('segments.following'))"
# Exactly the rows that are gathered go: one that becomes visible a moment later stays for the next sweep.
GATHER = f"""
    CREATE TEMPORARY TABLE {FEW} (customer_id bigint) ON COMMIT DROP;
    WITH taken AS (DELETE FROM orders_stale WHERE id <= %s RETURNING customer_id)
    INSERT INTO {FEW} SELECT DISTINCT customer_id FROM taken
"""


def follow() -> int:
    """How many customers were followed; none while everybody is being scored, or was not yet."""
    last = ScoringRun.objects.done().order_by("-as_of").first()
    if last is None or not Stale.objects.exists():
        return 0
    if ScoringRun.objects.unfinished().exists() or PredictionRun.objects.unfinished().exists():
        return 0
    if Stale.objects.order_by()[: TOO_MANY + 1].count() > TOO_MANY:
        scoring.queue(by=None)
        return 0
    return _follow(last)


@transaction.atomic
def _follow(last: ScoringRun) -> int:
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        is_free = cursor.fetchone()[0]
        waiting = list(Stale.objects.order_by("pk").values_list("pk", flat=True)[:MOST])
        if not is_free or not waiting:
            return 0
        cursor.execute(GATHER, [waiting[-1]])
        cursor.execute(f"ANALYZE {FEW}")
    _score(last)
    return _predict()


def _score(last: ScoringRun) -> None:
    rules, now = policies.of(last), timezone.now()
    few = ground.Few(FEW, last.params.get("cycles", {}))
    name = f"{rfm.DRAFTS}few"
    old = f"(SELECT * FROM scoring_score WHERE customer_id IN (SELECT customer_id FROM {FEW}))"
    with (
        ground.prepared(name, rules, last.as_of, few=few) as found,
        rfm.draft(name, found, _cutoffs(last.cutoffs), rules, last.as_of, old) as table,
    ):
        rfm.publish(table, now)
        publishing.tell(publishing.News(last.pk, table, now, same_rules=True, is_part=True))


def _predict() -> int:
    if not PredictionRun.objects.done().exists():
        return 0
    ids, known, engagement = statistics.everybody(timezone.now(), FEW)
    with applying.draft("few", applying.predict(fitting.current(), ids, known, engagement)) as table:
        applying.publish(table, FEW)
    return len(ids)


def _cutoffs(stored: dict[str, list[Any]]) -> rfm.Cutoffs:
    found = rfm.Cutoffs(tuple(stored.get("recency", ())), tuple(stored.get("frequency", ())))
    return replace(found, monetary=tuple(Decimal(amount) for amount in stored.get("monetary", ())))
