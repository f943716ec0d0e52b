"""How every app writes to the timeline."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.utils import timezone

from crm.accounts.models import User
from customers.models import Customer
from customers.timeline.models import Entry
from customers.timeline.signals import recorded


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
    entry = Entry(
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
    is_new = not (source_id and Entry.objects.filter(source=source, source_id=source_id).exists())
    Entry.objects.bulk_create([entry], ignore_conflicts=True)
    written = Entry.objects.filter(source=entry.source, source_id=entry.source_id, customer=customer).first()
    if written:
        Customer.objects.filter(pk=customer.pk, touched_at__lt=moment).update(touched_at=moment)
        if is_new:
            recorded.send(Entry, entries=[written])
    return written


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
