"""On the customer's page: who works on it, what changed lately, and of an organisation its people."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.accounts.http import UserRequest
from customers.models import Customer
from customers.panels import FACTS, Panel, register
from customers.record import history
from customers.record.models import Change

CHANGES = 8
PEOPLE = 20


def register_all() -> None:
    register(Panel("people", _("Who works on it"), "record/_people.html", people, order=15, place=FACTS))
    register(Panel("staff", _("People there"), "record/_staff.html", staff, order=30))
    register(Panel("changes", _("Latest changes"), "record/_changes.html", changes, order=300))


def people(request: UserRequest, customer: Customer) -> Mapping[str, Any]:
    may_share = Customer.objects.visible_to(request.user, "share").filter(pk=customer.pk).exists()
    return {
        "shares": customer.shares.select_related("user").order_by("user__name", "pk"),
        "may_share": may_share or request.user.may("customer", "assign"),
    }


def staff(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    """Who works at this organisation, as far as the user may see them."""
    if customer.kind != Customer.Kind.ORGANISATION:
        return None
    there = Customer.objects.visible_to(request.user).filter(organisation=customer)
    found = list(there.order_by("-touched_at", "-pk")[: PEOPLE + 1])
    return {"people": found[:PEOPLE], "more": len(found) > PEOPLE} if found else None


def changes(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    rows = Change.objects.visible_to(request.user).filter(customer=customer).select_related("by")
    saves = history.saves(rows.order_by("-version", "-pk")[:CHANGES], request.user)
    return {"saves": saves} if saves else None
