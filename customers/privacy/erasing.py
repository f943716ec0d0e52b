"""Makes a customer anonymous: everything personal goes, orders, money and counts stay. Not to be undone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from customers import holdings
from customers.holdings import Blank, Holding, Keep, Subject
from customers.identity.models import Identity
from customers.models import Customer
from customers.privacy.models import Protection

SALT = "customers.privacy.erasing"


def erase(customer: Customer) -> tuple[dict[str, int], list[str]]:
    """In the caller's transaction. Returns the rows treated per table and the files yet to be deleted."""
    subject = subject_of(customer)
    files: list[str] = []
    tallies: dict[str, int] = {}
    with opened():
        for eraser in holdings.all_erasers():
            files += eraser(subject)
        for holding in holdings.all_holdings():
            if rows := apply(holding, customer.pk, files):
                tallies[holding.model] = rows
    Customer.objects.filter(pk=customer.pk).update(version=F("version") + 1)
    Protection.objects.update_or_create(customer=customer, defaults={"erased_at": timezone.now()})
    return tallies, files


def subject_of(customer: Customer) -> Subject:
    """The customer as known now, by every handle that any source ever gave."""
    said = Identity.objects.filter(profile__customer=customer, kind__in=Identity.SHARED)
    emails, phones = {customer.email}, {customer.phone}
    for kind, value in said.values_list("kind", "value"):
        (emails if kind == Identity.Kind.EMAIL else phones).add(value)
    emails, phones = {one.lower() for one in emails if one}, {one for one in phones if one}
    shared = _had_by_others(customer, emails, phones)
    return Subject(customer.pk, customer.name, frozenset(emails), frozenset(phones), frozenset(shared))


def _had_by_others(customer: Customer, emails: set[str], phones: set[str]) -> set[str]:
    handles = emails | phones
    said = Identity.objects.attached().filter(kind__in=Identity.SHARED, value__in=handles)
    found = set(said.exclude(profile__customer=customer).values_list("value", flat=True))
    others = Customer.objects.present().exclude(pk=customer.pk)
    for email, phone in others.filter(Q(email__in=emails) | Q(phone__in=phones)).values_list(
        "email", "phone"
    ):
        found |= {email, phone} & handles
    return found


def apply(holding: Holding, customer_pk: int, files: list[str]) -> int:
    fate = holding.fate
    if isinstance(fate, Keep):
        return 0
    rows = holding.rows(customer_pk)
    if isinstance(fate, Blank):
        return rows.update(**{name: _value(value, customer_pk) for name, value in fate.values.items()})
    for column in fate.files:
        files += [name for name in rows.values_list(column, flat=True) if name]
    number: int = rows.count()
    rows.delete()
    return number


@contextmanager
def opened() -> Iterator[None]:
    """Append-only tables let this transaction in; everybody else keeps being refused."""
    labels = sorted({holding.model.partition(".")[0] for holding in holdings.all_holdings()})
    _set(labels, "yes")
    yield
    _set(labels, "")


def mark_of(customer: Customer) -> str:
    """By what the journal knows a customer again: a keyed hash of number and birth of the row."""
    return _mark(customer, settings.SECRET_KEY)


def is_marked(customer: Customer, mark: str) -> bool:
    """Whether the mark is this customer's, under today's key or one it replaced."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(mark, _mark(customer, secret)) for secret in secrets)


def _mark(customer: Customer, secret: str | bytes) -> str:
    text = f"{customer.pk}:{customer.created_at.timestamp():.6f}"
    return salted_hmac(SALT, text, secret, algorithm="sha256").hexdigest()


def _set(labels: list[str], value: str) -> None:
    with connection.cursor() as cursor:
        for label in labels:
            cursor.execute("SELECT set_config(%s, %s, true)", [f"{label}.erasing", value])


def _value(value: Any, customer_pk: int) -> Any:
    return value(customer_pk) if callable(value) else value
