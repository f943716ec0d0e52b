"""What a customer is worth and what they bought last, on their page."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.http import UserRequest
from customers import panels
from customers.models import Customer
from customers.orders.models import Order

SHOWN = 6


def register() -> None:
    needs = ("order", "view")
    panels.register(
        panels.Panel(
            "value",
            pgettext_lazy("panel", "Value"),
            "orders/_value.html",
            value,
            needs=needs,
            order=10,
            lazy=False,
        )
    )
    panels.register(
        panels.Panel(
            "spent",
            pgettext_lazy("panel", "Value"),
            "orders/_spent.html",
            value,
            needs=needs,
            order=10,
            place=panels.HEAD,
        )
    )
    panels.register(panels.Panel("orders", _("Latest orders"), "orders/_latest.html", latest, needs=needs))


def value(request: UserRequest, customer: Customer) -> Mapping[str, Any]:
    """Read from the rollup that came with the customer: no query."""
    rollup = customer.rollup
    average = rollup.total / rollup.orders if rollup.orders else None
    return {"rollup": rollup, "average": average, "currency": settings.DEFAULT_CURRENCY}


def latest(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    orders = Order.objects.visible_to(request.user).filter(customer=customer)
    found = list(orders.order_by("-placed_at", "-pk")[:SHOWN])
    return {"orders": found} if found else None
