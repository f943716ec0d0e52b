"""When a customer was last spoken to: kept at once for what is recorded singly, by a sweep for what is not.

Imports and other bulk writers fill the timeline by SQL and tell nobody; the sweep reads on from where it last
stopped. It steps back a little each time, because rows may be committed in another order than numbered.
"""

import time
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from customers.models import Customer
from customers.tasks.models import ContactProgress, LastContact
from customers.timeline.models import Entry

# What counts as having been in touch: words between people, not orders, notes or what a machine sent out.
KINDS = ["call", "visit", "meeting", "message", "email"]
SLICE = 200_000
# Rows whose numbers were given out, but whose transactions may still have been open, when we last looked.
STEP_BACK = 20_000
PATIENCE = 30.0
SWEEPER = 0x5EEC_0117

FOLD = """
    INSERT INTO tasks_lastcontact AS known (customer_id, at, channel)
    SELECT DISTINCT ON (customer_id) customer_id, occurred_at, channel FROM timeline_entry
    WHERE {which} AND kind = ANY(%s) AND (direction = 'in' OR direction = 'out' AND actor_id IS NOT NULL)
    ORDER BY customer_id, occurred_at DESC
    ON CONFLICT (customer_id) DO UPDATE SET at = excluded.at, channel = excluded.channel
    WHERE known.at IS NULL OR known.at < excluded.at
"""
MEET = """
    INSERT INTO tasks_lastcontact (customer_id, at, channel)
    SELECT id, NULL, '' FROM customers_customer WHERE id > %s AND id <= %s ORDER BY id
    ON CONFLICT (customer_id) DO NOTHING
"""


def heard(sender: type[Entry], entries: Sequence[Entry], **_more: Any) -> None:
    """Receiver of timeline.recorded, in the transaction of the entries."""
    spoken = [one.pk for one in entries if one.kind in KINDS]
    fresh = [LastContact(customer_id=one.customer_id) for one in entries if one.kind == "customer.created"]
    if fresh:
        LastContact.objects.bulk_create(fresh, ignore_conflicts=True)
    if spoken:
        with connection.cursor() as cursor:
            cursor.execute(FOLD.format(which="id = ANY(%s)"), [spoken, KINDS])


def sweep() -> None:
    """Reads what came since, for as long as one beat may take; the next one goes on."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and _read_on():
        pass


@transaction.atomic
def _read_on() -> bool:
    """One slice; whether there is more."""
    if not _is_the_only_sweeper():
        return False
    progress, _made = ContactProgress.objects.get_or_create(pk=1)
    customers = _slice("customers_customer", progress.customers)
    entries = _slice("timeline_entry", progress.entries)
    with connection.cursor() as cursor:
        cursor.execute(MEET, customers)
        cursor.execute(FOLD.format(which="id > %s AND id <= %s"), [*entries, KINDS])
    here = ContactProgress.objects.filter(pk=1)
    here.update(customers=max(progress.customers, customers[1]), entries=max(progress.entries, entries[1]))
    return customers[1] > progress.customers or entries[1] > progress.entries


def _slice(table: str, reached: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
        (newest,) = cursor.fetchone()
    return [max(0, reached - STEP_BACK), min(newest, reached + SLICE)]


def _is_the_only_sweeper() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SWEEPER])
        (alone,) = cursor.fetchone()
    return bool(alone)


def last(customer: Customer) -> LastContact | None:
    """The customer's last contact, in one look-up."""
    return LastContact.objects.filter(customer=customer).exclude(at=None).first()
