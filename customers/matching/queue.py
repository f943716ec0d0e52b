"""The queue of matching: customers whose profiles changed. They are taken from there by working.py."""

from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.utils import timezone

from crm.lib.copying import copy
from customers.matching import tasks
from customers.matching.models import Stale
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
    _nudge(len(wanted))


def mark_new(customer_ids: Sequence[int]) -> None:
    """The same for customers whom the caller's transaction made: by COPY, for nobody else can know them."""
    if not customer_ids:
        return
    now = timezone.now().isoformat()
    with connection.cursor() as cursor:
        copy(cursor, Stale._meta.db_table, ["customer_id", "since"], ((pk, now) for pk in customer_ids))
    _nudge(len(customer_ids))


def _nudge(marked: int) -> None:
    if marked <= NUDGED:
        transaction.on_commit(tasks.work.delay)
