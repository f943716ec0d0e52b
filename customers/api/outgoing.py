"""Customers as they go out to programs: contacts masked unless they may be read, which is then recorded."""

from collections.abc import Sequence
from typing import Any

from crm.api.auth import ApiRequest, may, sent
from crm.audit import services as audit
from crm.lib.templatetags.ui import mask_email, mask_phone
from customers.identity.models import Identity, Profile
from customers.imports.people import NO_NUMBER
from customers.merging import chain
from customers.models import Customer, CustomerQuerySet

COPIED = (
    "id", "version", "kind", "name", "company", "job_title", "gender", "birthday", "birthday_is_lunar",
    "country", "province", "city", "address", "postcode", "language", "preferred_channel", "tags", "source",
    "created_at", "updated_at", "touched_at",
)  # fmt: skip
UNTOLD_SOURCES = ("manual", "api")


def rows(request: ApiRequest, customers: CustomerQuerySet) -> CustomerQuerySet:
    """With what `shown` needs of each."""
    return customers.select_related("owner", "team", "rollup")


def shown(request: ApiRequest, customers: Sequence[Customer]) -> list[dict[str, Any]]:
    sent(request, len(customers))
    keys, joined = _keys(customers), chain.below(one.pk for one in customers)
    clear = readable(request, customers)
    with_totals = may(request, "orders:read")
    return [
        {
            **{name: getattr(one, name) for name in COPIED},
            "phone": one.phone if one.pk in clear else masked("phone", one.phone),
            "email": one.email if one.pk in clear else masked("email", one.email),
            "owner": one.owner.username if one.owner else None,
            "team": one.team.name if one.team else None,
            "organisation": one.organisation_id,
            "keys": keys.get(one.pk, []),
            "merged_from": joined.get(one.pk, []),
            "totals": _totals(one) if with_totals else None,
        }
        for one in customers
    ]


def readable(request: ApiRequest, customers: Sequence[Customer]) -> set[int]:
    """Those whose contacts may be read in full, which is written into the audit log."""
    if not customers or not may(request, "contacts:read"):
        return set()
    asked = Customer.objects.visible_to(request.user, "reveal").filter(pk__in=[one.pk for one in customers])
    clear = set(asked.values_list("pk", flat=True))
    if clear:
        audit.record(
            "customers.contacts_read",
            request.token,
            by=request.user,
            token=request.token.prefix,
            customers=sorted(clear),
        )
    return clear


def masked(kind: str, value: str) -> str:
    if not value:
        return ""
    return {Identity.Kind.PHONE: mask_phone, Identity.Kind.EMAIL: mask_email}.get(kind, str)(value)  # type: ignore[call-overload, no-any-return]


def _keys(customers: Sequence[Customer]) -> dict[int, list[dict[str, str]]]:
    found: dict[int, list[dict[str, str]]] = {}
    said = Profile.objects.filter(customer__in=[one.pk for one in customers]).exclude(source_key="")
    for customer, source, key in said.order_by("pk").values_list("customer", "source", "source_key"):
        if source not in UNTOLD_SOURCES and not key.startswith(NO_NUMBER):
            found.setdefault(customer, []).append({"source": source, "key": key})
    return found


def _totals(customer: Customer) -> dict[str, Any]:
    rollup = customer.rollup
    return {name: getattr(rollup, name) for name in ("orders", "total", "first_order_at", "last_order_at")}
