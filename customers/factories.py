"""Customers for tests: required fields only."""

from datetime import timedelta
from itertools import count

from django.core.files.base import ContentFile
from django.utils import timezone

from crm.accounts.models import User
from customers.addresses.models import Address
from customers.fields.models import CustomField, FieldChoice
from customers.identity.indexing import index
from customers.identity.models import Identity, Profile
from customers.imports.models import ImportJob
from customers.inquiries.models import Check, Inquiry, Match
from customers.matching.models import Pair
from customers.models import Customer
from customers.orders.models import Order, Rollup
from customers.relations.models import Relation
from customers.tasks.models import Task
from customers.timeline.models import Entry

_numbers = count(1)


def customer(**fields: object) -> Customer:
    made = Customer.objects.create(**{"name": f"Customer {next(_numbers)}", **fields})
    Rollup.objects.create(customer=made)
    return made


def found(**fields: object) -> Customer:
    """A customer that search knows of."""
    made = customer(**fields)
    index([made.pk])
    return made


def identity(customer: Customer, kind: str, value: str, **fields: object) -> Identity:
    profile, _made = Profile.objects.get_or_create(
        customer=customer, source="shop", source_key=str(customer.pk)
    )
    return Identity.objects.create(profile=profile, kind=kind, value=value, source="shop", **fields)


def entry(customer: Customer, **fields: object) -> Entry:
    given = {"kind": "visit", "channel": "store", "occurred_at": timezone.now(), "summary": "Visit"} | fields
    return Entry.objects.create(customer=customer, source="test", source_id=str(next(_numbers)), **given)


def order(customer: Customer, **fields: object) -> Order:
    given = {"external_id": f"ORD-{next(_numbers):06}", "amount": 100, "placed_at": timezone.now()} | fields
    return Order.objects.create(**{"customer": customer, "source": "shop", "currency": "CNY", **given})


def import_job(content: bytes = b"name\nLi Ming\n", *, by: User, **fields: object) -> ImportJob:
    """An uploaded file nobody has looked at yet."""
    job = ImportJob(**{"kind": "customers", "file_name": "file.csv", "created_by": by, **fields})
    job.file_bytes = len(content)
    job.file.save(job.file_name, ContentFile(content), save=False)
    job.save()
    return job


def field(**given: object) -> CustomField:
    number = next(_numbers)
    return CustomField.objects.create(**{"key": f"field_{number}", "label": f"Field {number}", **given})


def choices(field: CustomField, *keys: str) -> None:
    FieldChoice.objects.bulk_create(
        FieldChoice(field=field, key=key, label=key.capitalize(), order=place)
        for place, key in enumerate(keys)
    )


def task(assignee: User, **fields: object) -> Task:
    given = {
        "title": f"Task {next(_numbers)}",
        "due_on": timezone.localdate(),
        "created_by": assignee,
    } | fields
    return Task.objects.create(assignee=assignee, **given)


def address(customer: Customer, **fields: object) -> Address:
    given = {"address": "Long Street 1", "city": "Wuhan", **fields}
    return Address.objects.create(customer=customer, **given)


def relation(one: Customer, other: Customer, kind: str = "family") -> Relation:
    return Relation.objects.create(one=one, other=other, kind=kind)


def match(customer: Customer, by: User, **fields: object) -> Match:
    check = Check.objects.create(asked_by=by, about="Somebody")
    return Match.objects.create(**{"check_of": check, "customer": customer, "is_same": True, **fields})


def inquiry(customer: Customer, by: User, **fields: object) -> Inquiry:
    now = timezone.now()
    given = {"wish": "cooperate", "about": "Somebody", "note": "We met.", "asked_at": now} | fields
    given.setdefault("due_at", now + timedelta(days=2))
    return Inquiry.objects.create(customer=customer, asked_by=by, **given)


def pair(one: Customer, other: Customer, **fields: object) -> Pair:
    """Two customers who may be one."""
    low, high = sorted([one, other], key=lambda customer: customer.pk)
    reasons = [
        {"field": "name", "level": "same_han_name", "bits": 14.2, "rarity": 0.0},
        {"field": "phone", "level": "same_phone", "bits": 16.3, "rarity": 0.0},
    ]
    given = {"bits": 10.0, "prior": -20.5, "reasons": reasons, "is_sure": True, "found": "run", **fields}
    return Pair.objects.create(low=low, high=high, **given)
