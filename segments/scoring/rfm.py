"""RFM by set-based SQL over one row per customer, which in the usual case is the rollup.

Recency is the whole days since the last order, counted in the company's time zone (an order dated in the
future counts as today's); frequency the days with an order; money the total spent. The cut-offs are those of
the rules in force, or the values at 20, 40, 60 and 80 % of all customers with an order. A score is 1 + the
number of cut-offs strictly below the value, with recency turned round so that more recent is higher. So equal
values have equal scores, the same data always gives the same scores, and fifths may be uneven or empty. NTILE
would split ties by row order.

Moments are never turned into days row by row: the few boundaries between days are turned into moments.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from segments.facts import start_of, zone
from segments.scoring import groups, lifecycle
from segments.scoring.ground import Ground
from segments.scoring.ruling import Rules

# An aborted run leaves its draft behind; the next one removes it.
DRAFTS = "scoring_draft_"
# What is tried out has drafts of its own: a run must not sweep them away.
TRIALS = "scoring_trial_"
CUTOFFS = """
    SELECT percentile_disc(ARRAY[.2, .4, .6, .8]) WITHIN GROUP (ORDER BY last_order_at),
           percentile_disc(ARRAY[.2, .4, .6, .8]) WITHIN GROUP (ORDER BY recent_days),
           percentile_disc(ARRAY[.2, .4, .6, .8]) WITHIN GROUP (ORDER BY recent_total)
    FROM {ground} AS ground
"""
# The new scores beside the old ones, each row with what has to be done about it.
DRAFT = f"""
    SELECT customer_id, new.recency, new.frequency, new.monetary, new."group", new.stage, new.total,
           new.last_order_at, old."group" AS old_group, old.stage AS old_stage,
           old.recency * 100 + old.frequency * 10 + old.monetary AS old_scores,
           new.recency * 100 + new.frequency * 10 + new.monetary AS scores,
           CASE WHEN new.recency IS NULL THEN 'gone'
                WHEN old.recency IS NULL THEN 'added'
                WHEN old."group" <> new."group" THEN 'moved'
                WHEN (old.recency, old.frequency, old.monetary, old.stage)
                    IS DISTINCT FROM (new.recency, new.frequency, new.monetary, new.stage) THEN 'changed'
                ELSE 'same' END AS change
    FROM (
        SELECT customer_id, recency, frequency, monetary, stage, total, last_order_at,
               (%(groups)s)[(recency - 1) * 5 + (frequency + monetary + 1) / 2] AS "group"
        FROM (
            SELECT customer_id, total, last_order_at, {lifecycle.CASE} AS stage,
                   ({{recency}})::smallint AS recency,
                   ({{frequency}})::smallint AS frequency,
                   ({{monetary}})::smallint AS monetary
            FROM {{ground}} AS ground OFFSET 0
        ) AS scored
    ) AS new FULL JOIN {{old}} AS old USING (customer_id)
"""
REMOVE = """
    DELETE FROM scoring_score AS score
    USING {draft} AS new WHERE new.customer_id = score.customer_id AND change = 'gone'
"""
CHANGE = """
    UPDATE scoring_score AS score
    SET recency = new.recency, frequency = new.frequency, monetary = new.monetary,
        "group" = new."group", stage = new.stage,
        since = CASE change WHEN 'moved' THEN %(as_of)s ELSE score.since END,
        stage_since = CASE WHEN score.stage <> new.stage THEN %(as_of)s ELSE score.stage_since END,
        previous_group = CASE WHEN change <> 'moved' THEN score.previous_group
            WHEN %(same_rules)s THEN score."group" ELSE '' END,
        previous_stage = CASE WHEN score.stage = new.stage THEN score.previous_stage
            WHEN %(same_rules)s THEN score.stage ELSE '' END
    FROM {draft} AS new WHERE new.customer_id = score.customer_id AND change IN ('moved', 'changed')
"""
# A merge may have brought a score in the meantime; the next run looks at it again.
ADD = """
    INSERT INTO scoring_score (customer_id, recency, frequency, monetary, "group", stage, since,
                               stage_since, previous_group, previous_stage)
    SELECT customer_id, recency, frequency, monetary, "group", stage, %(as_of)s, %(as_of)s, '', ''
    FROM {draft} WHERE change = 'added'
    ON CONFLICT DO NOTHING
"""
COUNT = """
    SELECT count(*) FILTER (WHERE change <> 'gone'), count(*) FILTER (WHERE change = 'moved'),
           count(*) FILTER (WHERE change <> 'same')
    FROM {draft}
"""


@dataclass(frozen=True)
class Cutoffs:
    """What separates the five scores of each dimension. Recency: days, so from long ago to recent."""

    recency: tuple[int, ...] = ()
    frequency: tuple[int, ...] = ()
    monetary: tuple[Decimal, ...] = ()

    def to_json(self) -> dict[str, list[Any]]:
        return {
            "recency": list(self.recency),
            "frequency": list(self.frequency),
            "monetary": [str(amount) for amount in self.monetary],
        }


@dataclass(frozen=True)
class Published:
    customers: int
    moved: int


def find_cutoffs(ground: Ground, rules: Rules, as_of: datetime) -> Cutoffs:
    """Empty when nobody has bought anything yet, unless the rules name them."""
    if rules.by_bands:
        return Cutoffs(rules.recency, rules.frequency, rules.monetary)
    with connection.cursor() as cursor:
        cursor.execute(CUTOFFS.format(ground=ground.sql), ground.values)
        last_orders, days, totals = cursor.fetchone()
    if not last_orders:
        return Cutoffs()
    today = as_of.astimezone(zone()).date()
    since = (max(0, (today - moment.astimezone(zone()).date()).days) for moment in last_orders)
    return Cutoffs(tuple(since), tuple(days), tuple(totals))


@contextmanager
def draft(
    table: str, ground: Ground, cutoffs: Cutoffs, rules: Rules, as_of: datetime, old: str = "scoring_score"
) -> Iterator[str]:
    """The scores of everybody beside the `old` ones, in a table of their own that readers do not look at."""
    today = as_of.astimezone(zone()).date()
    parameters = {"groups": groups.IN_ORDER, **ground.values, **lifecycle.parameters(rules, today)}
    scores: dict[str, str] = {}
    for dimension, boundaries in _boundaries(cutoffs, today).items():
        names = [f"{dimension}_{number}" for number in range(len(boundaries))]
        parameters |= dict(zip(names, boundaries, strict=True))
        scores[dimension] = " + ".join(["1", *(f"({EXCEEDS[dimension]} %({name})s)::int" for name in names)])
    with connection.cursor() as cursor:
        sql = DRAFT.format(ground=ground.sql, old=old, **scores)
        try:
            cursor.execute(f"CREATE UNLOGGED TABLE {table} AS {sql}", parameters)
            yield table
        finally:
            cursor.execute(f"DROP TABLE IF EXISTS {table}")


EXCEEDS = {"recency": "last_order_at >=", "frequency": "recent_days >", "monetary": "recent_total >"}


def _boundaries(cutoffs: Cutoffs, today: date) -> dict[str, list[Any]]:
    """More recent than a cut-off is from the next day on; nobody is more recent than today."""
    ends = [start_of(today - timedelta(days=days - 1)) if days else "infinity" for days in cutoffs.recency]
    return {"recency": ends, "frequency": list(cutoffs.frequency), "monetary": list(cutoffs.monetary)}


def publish(table: str, as_of: datetime, *, same_rules: bool = True) -> Published:
    """Makes the draft what readers see, touching only rows that differ. The caller holds a transaction.

    Where somebody stood by other rules says nothing about where they come from, so that is left open then.
    """
    with connection.cursor() as cursor:
        for statement in (REMOVE, CHANGE, ADD):
            cursor.execute(statement.format(draft=table), {"as_of": as_of, "same_rules": same_rules})
        cursor.execute(COUNT.format(draft=table))
        customers, moved, written = cursor.fetchone()
        if written > customers / 10:
            # Pages that filter by score should not wait for autovacuum to notice.
            cursor.execute("ANALYZE scoring_score")
        return Published(customers, moved)


def drop_drafts(prefix: str = DRAFTS) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables"
            " WHERE schemaname = current_schema() AND starts_with(tablename, %s)",
            [prefix],
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(table)}")
