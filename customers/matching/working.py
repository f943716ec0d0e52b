"""Matches customers who changed, in turns with whoever else works.

A row is claimed with a lease and goes when its customer was matched, unless they changed again meanwhile.
What a killed worker left is taken when its lease is over; everything here may be done twice.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection

from customers.matching import candidates, hints, pairs, records
from customers.matching.models import Pair, Record
from customers.matching.pairs import Find
from customers.matching.standard import COLUMNS, Standard
from customers.models import Customer

LEASE = timedelta(minutes=2)
AT_ONCE = 200
CLAIM = """
    WITH taken AS (
        SELECT customer_id FROM matching_stale WHERE lease_until IS NULL OR lease_until < clock_timestamp()
        ORDER BY customer_id LIMIT %s FOR UPDATE SKIP LOCKED)
    UPDATE matching_stale AS stale SET lease_until = clock_timestamp() + %s * interval '1 second' FROM taken
    WHERE stale.customer_id = taken.customer_id RETURNING stale.customer_id, stale.since
"""
DONE = """
    WITH done AS (
        SELECT stale.customer_id, done.since
        FROM unnest(%s::bigint[], %s::timestamptz[]) AS done (customer_id, since)
        JOIN matching_stale AS stale ON stale.customer_id = done.customer_id
        ORDER BY stale.customer_id FOR UPDATE OF stale),
    gone AS (DELETE FROM matching_stale AS stale USING done
             WHERE stale.customer_id = done.customer_id AND stale.since = done.since)
    UPDATE matching_stale AS stale SET lease_until = NULL FROM done
    WHERE stale.customer_id = done.customer_id AND stale.since <> done.since
"""

Decider = Callable[[Sequence[Pair]], None]

_deciders: list[Decider] = []


def register_decider(decide: Decider) -> None:
    """Called in `AppConfig.ready()`; `decide` is handed the open pairs that were found or changed."""
    _deciders.append(decide)


def decide(found: Sequence[Pair]) -> None:
    for one in _deciders:
        one(found)


def work(*, most: int = AT_ONCE) -> int:
    """Matches some of those who wait. Returns how many were taken; 0 when nobody waits."""
    taken = _claim(most)
    if taken:
        decide(_match(taken))
        with connection.cursor() as cursor:
            cursor.execute(DONE, [list(taken), list(taken.values())])
    return len(taken)


def work_off(*, seconds: float) -> None:
    """Until none waits, or the time is over: the next sweep goes on."""
    until = time.monotonic() + seconds
    while work() and time.monotonic() < until:
        pass


def _claim(most: int) -> dict[int, datetime]:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [most, LEASE.total_seconds()])
        return dict(cursor.fetchall())


def _match(taken: Mapping[int, datetime]) -> list[Pair]:
    """Records and pairs of these customers. A crash in between is made good by who takes them next."""
    records.refresh(taken)
    known = pairs.partners(taken)
    finds = find(taken, ask_from=hints.least(), known=known)
    if known:
        pairs.forget(taken, finds)
    if not finds:
        return []
    pairs.keep(finds, Pair.Found.CHANGE)
    return pairs.found_since(taken, min(taken.values()))


def find(
    customer_ids: Collection[int], *, ask_from: float, known: Mapping[int, Collection[int]] = {}
) -> list[Find]:
    """Who may be one of these customers, by their records as they are; `known` are those in pairs already."""
    finds = []
    for customer, found in candidates.of_each(subjects(customer_ids, known)).items():
        for one in found:
            scored = one.scored
            if scored.bits >= ask_from or (scored.is_sure and not scored.is_vetoed):
                finds.append(Find.of(customer, one.customer_pk, scored))
    return finds


def subjects(
    customer_ids: Collection[int], known: Mapping[int, Collection[int]]
) -> dict[int, candidates.Subject]:
    said: dict[int, list[Standard]] = {}
    present = dict(Customer.objects.present().filter(pk__in=customer_ids).values_list("pk", "kind"))
    rows = Record.objects.filter(customer__in=present).values_list("customer_id", *COLUMNS)
    for customer, *columns in rows:
        said.setdefault(customer, []).append(Standard(*columns))
    return {
        pk: candidates.Subject(some, kind=present[pk], beside={pk}, partners=known.get(pk, ()))
        for pk, some in said.items()
    }
