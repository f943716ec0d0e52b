"""Possible duplicates on the customer's page, and how many wait on the home page."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.accounts.http import UserRequest
from crm.lib import blocks
from customers import panels
from customers.duplicates import patterns, reading
from customers.matching.models import Pair
from customers.models import Customer

SHOWN = 5
MOST_COUNTED = 99
NEEDS = ("duplicate", "view")


def register_all() -> None:
    label = _("Possible duplicates")
    panels.register(panels.Panel("duplicates", label, "duplicates/_panel.html", load, needs=NEEDS, order=8))
    panels.register(
        panels.Panel(
            "duplicates_head", label, "duplicates/_head.html", head, NEEDS, 95, panels.HEAD, lazy=False
        )
    )
    panels.register(
        panels.Panel(
            "merge_with",
            _("Merge with…"),
            "duplicates/_action.html",
            action,
            ("duplicate", "edit"),
            40,
            panels.ACTIONS,
            lazy=False,
        )
    )
    blocks.register(blocks.Block("duplicates", label, "duplicates/_home.html", home, NEEDS, 30))


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    rows = reading.of_customer(customer, request.user).select_related("low", "high")
    found = list(rows.best_first()[:SHOWN])
    if not found:
        return None
    return {"alike": [(pair, *_told(pair, customer)) for pair in found]}


def head(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    found = list(reading.of_customer(customer, request.user).best_first()[: SHOWN + 1])
    if not found:
        return None
    return {"first": found[0], "number": f"{SHOWN}+" if len(found) > SHOWN else len(found)}


def action(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    if not request.user.may("customer", "merge"):
        return None
    mine = Customer.objects.visible_to(request.user, "merge").filter(pk=customer.pk)
    return {} if mine.exists() else None


def home(request: UserRequest) -> Mapping[str, Any] | None:
    best = reading.to_decide(request.user).best_first().values_list("pk", flat=True)
    found = list(best[: MOST_COUNTED + 1])
    if not found:
        return None
    return {
        "number": f"{MOST_COUNTED}+" if len(found) > MOST_COUNTED else len(found),
        "first": found[0],
        "may_edit": request.user.may("duplicate", "edit"),
    }


def _told(pair: Pair, customer: Customer) -> tuple[Customer, str]:
    """The other one, and what speaks loudest."""
    one = pair.high if pair.low_id == customer.pk else pair.low
    return one, " · ".join(patterns.findings(pair.reasons)[:2])
