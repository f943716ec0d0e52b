"""Customers with something in every table, and the state of all tables for comparison."""

import hashlib
from datetime import timedelta

from django.apps import apps
from django.db import connection
from django.utils import timezone

from channels import factories as channels
from channels.consent import services as consent
from channels.consent.models import PreferenceLink
from channels.direct.models import DirectMessage
from crm.accounts.models import User
from crm.desk.notices.models import Follow, Notice
from customers import factories
from customers.fields.models import FieldValues
from customers.files.models import Attachment
from customers.identity.indexing import index
from customers.matching.models import Record
from customers.merging import rules
from customers.models import Customer, Share
from customers.privacy.models import Protection
from customers.quality.models import Refresh
from customers.touches.models import Pin
from segments.models import Membership, Pick, Segment

# Written by a merge and its undo themselves: that they happened stays. Queues say what is still to be done.
ITS_OWN = (
    *("timeline_entry", "audit_auditentry", "record_change", "consent_consententry", "notices_notice"),
    *("merging_merge", "merging_move", "merging_apart", "matching_stale", "matching_pair"),
    "orders_stale",
)
# Counters and clocks that never go back, so that nobody overwrites or overlooks anything.
CLOCKS = {
    "customers_customer": ("version", "updated_at", "touched_at"),
    "fields_fieldvalues": ("updated_at",),
}


def furnish(customer: Customer, by: User, *, number: int, segment: Segment, friend: Customer) -> None:
    """A row in every table; with the same segment, friend and colleague for two customers some will clash."""
    Share.objects.create(customer=customer, user=by, level=["view", "edit"][number % 2])
    factories.identity(customer, "phone", f"+86139000000{number:02}")
    profile = customer.profiles.get()
    Record.objects.create(profile=profile, customer=customer, name_key=f"name {number}")
    entry = factories.entry(customer, kind="call", channel="phone", direction="in")
    Pin.objects.create(entry=entry, customer=customer, by=by)
    factories.order(customer, amount=100 + number)
    FieldValues.objects.create(customer=customer, values={f"own_{number}": number, "both": number})
    Attachment.objects.create(customer=customer, name="a", size=1, media_type="text/plain", digest="same")
    Refresh.objects.create(customer=customer, expires_at=timezone.now() + timedelta(days=1))
    factories.task(by, customer=customer)
    factories.address(customer)
    factories.relation(customer, friend)
    consent.grant(customer, "marketing", "sms", source="test")
    if number % 2:
        consent.withdraw(customer, "marketing", "email", source="test")
        Protection.objects.create(customer=customer, restricted_at=timezone.now())
    else:
        consent.grant(customer, "marketing", "email", source="test")
    PreferenceLink.objects.create(customer=customer)
    Membership.objects.create(segment=segment, customer=customer)
    Pick.objects.create(segment=segment, customer=customer, added_by=by)
    Follow.objects.create(user=by, customer=customer)
    Notice.objects.create(user=by, reason="followed", customer=customer, entry=entry)
    mail = channels.campaign(segment=segment, created_by=by)
    channels.delivery(mail, customer)
    DirectMessage.objects.create(
        customer=customer, channel=mail.channel, subject="Hello", body="You", by=by, state="accepted"
    )
    index([customer.pk])
    for rule in rules.all_rules():
        if rule.refresh:
            rule.refresh([customer.pk])


def digests() -> dict[str, str]:
    """Of every table of ours, row by row."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if table in ITS_OWN or table.startswith(("django_", "usersessions_", "accounts_", "account_")):
                continue
            left_out = "".join(f" - '{name}'" for name in CLOCKS.get(table, ()))
            cursor.execute(f'SELECT (to_jsonb(t){left_out})::text FROM "{table}" t ORDER BY 1')
            rows = "|".join(row for (row,) in cursor.fetchall())
            found[table] = hashlib.md5(rows.encode()).hexdigest()
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {table for table in before if before[table] != after[table]}
