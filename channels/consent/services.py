"""Allowing and withdrawing. A ledger row and where the ledger stands now, in one transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from channels.consent import gate
from channels.consent.models import ConsentEntry, Purpose, State
from crm.accounts.models import User
from customers.models import Customer
from customers.timeline import services as timeline

# Later words win; of two at the same moment, the no.
STAND = """
    INSERT INTO consent_consent (customer_id, purpose, channel, state, entry_id, at)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (customer_id, purpose, channel) DO UPDATE
    SET state = excluded.state, entry_id = excluded.entry_id, at = excluded.at
    WHERE consent_consent.at < excluded.at
       OR consent_consent.at = excluded.at AND excluded.state = 'withdrawn'
"""


def grant(
    customer: Customer,
    purpose: str,
    channel: str,
    *,
    source: str,
    by: User | None = None,
    evidence: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    text_version: str = "",
) -> ConsentEntry:
    """The customer allows this purpose on this channel. `evidence` is the proof of it."""
    entry = _entry(customer, purpose, channel, State.GRANTED, source, by, evidence, at)
    entry.text_version = text_version
    return _write(entry)


def withdraw(
    customer: Customer,
    purpose: str,
    channel: str,
    *,
    source: str,
    by: User | None = None,
    evidence: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> ConsentEntry:
    """The customer takes it back. No message is recorded for sending after this transaction has ended."""
    return _write(_entry(customer, purpose, channel, State.WITHDRAWN, source, by, evidence, at))


def _entry(
    customer: Customer,
    purpose: str,
    channel: str,
    state: State,
    source: str,
    by: User | None,
    evidence: Mapping[str, Any] | None,
    at: datetime | None,
) -> ConsentEntry:
    now = timezone.now()
    return ConsentEntry(
        customer=customer,
        purpose=purpose,
        channel=channel,
        state=state,
        source=source,
        by=by,
        evidence=dict(evidence or {}),
        # A moment in the future would outlast every later no.
        at=min(at or now, now),
    )


@transaction.atomic
def _write(entry: ConsentEntry) -> ConsentEntry:
    gate.hold([entry.customer_id])
    entry.save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute(
            STAND, [entry.customer_id, entry.purpose, entry.channel, entry.state, entry.pk, entry.at]
        )
    granted = entry.state == State.GRANTED
    timeline.record(
        entry.customer,
        "consent.granted" if granted else "consent.withdrawn",
        summary=str(Purpose(entry.purpose).label),
        channel=entry.channel,
        by=entry.by,
        at=entry.at,
        source="consent",
        source_id=str(entry.pk),
    )
    return entry
