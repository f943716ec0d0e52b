"""Keeps what was found about some customers as pairs to decide, by the same rules as a run's finds."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from customers.matching import digests
from customers.matching.models import Pair, PairQuerySet, Record
from customers.matching.scorer import Scored

# In the order in which everybody locks customers; the pairs' foreign keys would lock them in any.
LOCK = "SELECT FROM customers_customer WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"
# Open pairs are told what is believed now. One that somebody decided comes back only when the data changed.
WRITE = """
    INSERT INTO matching_pair AS pair (low_id, high_id, bits, reasons, prior, is_sure, is_vetoed, weights_id,
                                       found, found_at, digest, state)
    SELECT low, high, bits, reasons::jsonb, prior, is_sure, is_vetoed,
        (SELECT max(id) FROM matching_weights), %s, clock_timestamp(), digest, 'open'
    FROM unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::text[], %s::float8[], %s::bool[], %s::bool[],
                %s::text[]) AS found (low, high, bits, reasons, prior, is_sure, is_vetoed, digest)
    ORDER BY low, high
    ON CONFLICT (low_id, high_id) DO UPDATE
    SET bits = excluded.bits, reasons = excluded.reasons, prior = excluded.prior, is_sure = excluded.is_sure,
        is_vetoed = excluded.is_vetoed, weights_id = excluded.weights_id, digest = excluded.digest,
        found_at = excluded.found_at, state = 'open', decided_by_id = NULL, decided_at = NULL
    WHERE pair.state = 'open' AND (pair.bits, pair.digest) IS DISTINCT FROM (excluded.bits, excluded.digest)
       OR pair.state = 'apart' AND pair.digest <> '' AND pair.digest <> excluded.digest
"""


@dataclass(frozen=True)
class Find:
    low: int
    high: int
    scored: Scored

    @classmethod
    def of(cls, one: int, other: int, scored: Scored) -> "Find":
        return cls(min(one, other), max(one, other), scored)


def touching(customer_ids: Collection[int]) -> PairQuerySet:
    return Pair.objects.filter(Q(low__in=customer_ids) | Q(high__in=customer_ids))


def partners(customer_ids: Collection[int]) -> dict[int, set[int]]:
    """With whom each of these customers is in a pair already."""
    known: dict[int, set[int]] = defaultdict(set)
    for low, high in touching(customer_ids).values_list("low", "high"):
        known[low].add(high)
        known[high].add(low)
    return known


@transaction.atomic
def keep(finds: Iterable[Find], found: str) -> None:
    rows = list({(one.low, one.high): one for one in finds}.values())
    if not rows:
        return
    customers = {pk for one in rows for pk in (one.low, one.high)}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [list(customers)])
    told = _digests(customers)
    digest = [digests.of_pair(told.get(one.low, ""), told.get(one.high, "")) for one in rows]
    _stamp(rows, digest)
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE,
            [
                found,
                [one.low for one in rows],
                [one.high for one in rows],
                [round(one.scored.bits, 4) for one in rows],
                [json.dumps(one.scored.reasons) for one in rows],
                [one.scored.prior for one in rows],
                [one.scored.is_sure for one in rows],
                [one.scored.is_vetoed for one in rows],
                digest,
            ],
        )


def forget(customer_ids: Collection[int], finds: Iterable[Find]) -> None:
    """Removes the open pairs of these customers for which nothing speaks any more."""
    kept = {(one.low, one.high) for one in finds}
    machine = (Pair.Found.RUN, Pair.Found.CHANGE)
    rows = touching(customer_ids).open().filter(found__in=machine).values_list("pk", "low", "high")
    Pair.objects.filter(pk__in=[pk for pk, low, high in rows if (low, high) not in kept]).delete()


def found_since(customer_ids: Collection[int], since: datetime) -> list[Pair]:
    """The open pairs of these customers that are news, best first."""
    rows = touching(customer_ids).open().filter(found_at__gte=since).best_first()
    return list(rows.select_related("low", "high", "weights"))


def _stamp(rows: Sequence[Find], told: Sequence[str]) -> None:
    """A decision on a pair that nobody had described holds for the data as they are now."""
    asked: Mapping[tuple[int, int], str] = {
        (one.low, one.high): digest for one, digest in zip(rows, told, strict=True)
    }
    blank = Pair.objects.filter(state=Pair.State.APART, digest="", low__in=[one.low for one in rows])
    for pair in blank:
        if digest := asked.get((pair.low_id, pair.high_id)):
            Pair.objects.filter(pk=pair.pk).update(digest=digest)


def _digests(customer_ids: Collection[int]) -> dict[int, str]:
    records: dict[int, list[Record]] = defaultdict(list)
    for record in Record.objects.filter(customer__in=customer_ids):
        records[record.customer_id].append(record)
    return {pk: digests.of_customer(some) for pk, some in records.items()}
