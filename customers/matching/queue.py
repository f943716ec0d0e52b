"""The queue of matching: customers whose profiles changed. They are taken from there by working.py."""

from collections.abc import Iterable

from django.db import connection, transaction

from customers.matching import tasks
from customers.matching.working import decide as decide
from customers.matching.working import register_decider as register_decider
from customers.matching.working import work as work

# Who changed more at once does not wake anybody for each of them: the sweep finds them.
NUDGED = 1_000
MARK = """
    INSERT INTO matching_stale AS stale (customer_id, since)
    SELECT customer, clock_timestamp() FROM unnest(%s::bigint[]) AS customer ORDER BY customer
    ON CONFLICT (customer_id) DO UPDATE SET since = excluded.since
"""


def mark(customer_ids: Iterable[int]) -> None:
    """These customers changed: they are matched again after the caller's transaction."""
    wanted = sorted(set(customer_ids))
    if not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute(MARK, [wanted])
    if len(wanted) <= NUDGED:
        transaction.on_commit(tasks.work.delay)
