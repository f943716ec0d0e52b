"""How every app writes to the timeline."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from crm.accounts.models import User
from customers.models import Customer
from customers.timeline.models import Entry
from customers.timeline.signals import recorded

INSERT = """
    INSERT INTO timeline_entry ({columns}) VALUES %s
    ON CONFLICT (source, source_id) DO NOTHING RETURNING id
"""


def record(
    customer: Customer,
    kind: str,
    *,
    summary: str,
    channel: str = Entry.Channel.STAFF,
    direction: str = Entry.Direction.NONE,
    body: str = "",
    by: User | None = None,
    at: datetime | None = None,
    source: str = "staff",
    source_id: str = "",
    **data: Any,
) -> Entry | None:
    """Writes one touch in the caller's transaction; None when this source row was already told.

    `source_id` is the id of the row the touch comes from; left empty, the touch is its own source.
    """
    moment = at or timezone.now()
    new = Entry(
        customer=customer,
        kind=kind,
        channel=channel,
        direction=direction,
        occurred_at=moment,
        summary=summary,
        body=body,
        actor=by,
        source=source,
        source_id=source_id or uuid4().hex,
        data=data,
    )
    is_new = _insert(new)
    told = Entry.objects.filter(source=source, source_id=source_id, customer=customer)
    entry = new if is_new else told.first()
    if entry:
        Customer.objects.filter(pk=customer.pk, touched_at__lt=moment).update(touched_at=moment)
    if is_new:
        recorded.send(Entry, entries=[new])
    return entry


def _insert(entry: Entry) -> bool:
    """Whether it was not told before. Django's own way needs a question before and one after."""
    fields: list[Any] = [field for field in Entry._meta.concrete_fields if not field.primary_key]
    values = [field.get_db_prep_save(getattr(entry, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(columns=", ".join(field.column for field in fields)), [tuple(values)])
        row = cursor.fetchone()
    if row is None:
        return False
    entry.pk, entry._state.adding = row[0], False
    return True


def record_all(customers: Iterable[int], kind: str, *, by: User | None, **data: Any) -> None:
    """The same thing happened to many customers, given by id: one entry each, in one statement."""
    moment = timezone.now()
    told = list(customers)
    entries = Entry.objects.bulk_create(
        [
            Entry(
                customer_id=customer,
                kind=kind,
                channel=Entry.Channel.STAFF,
                occurred_at=moment,
                actor=by,
                source="staff",
                source_id=uuid4().hex,
                data=data,
            )
            for customer in told
        ],
        batch_size=1000,
    )
    Customer.objects.filter(pk__in=told).update(touched_at=moment)
    recorded.send(Entry, entries=entries)
