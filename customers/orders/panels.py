"""What a customer is worth and what they bought last, on their page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.http import UserRequest
from crm.accounts.models import User
from crm.lib import charts
from customers import panels
from customers.models import Customer
from customers.orders.models import Order

SHOWN = 6
MONTHS = 12


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
        )
    )
    panels.register(
        panels.Panel(
            "spent",
            pgettext_lazy("panel", "Value"),
            "orders/_spent.html",
            spent,
            needs=needs,
            order=10,
            place=panels.HEAD,
        )
    )
    panels.register(panels.Panel("orders", _("Latest orders"), "orders/_latest.html", latest, needs=needs))


def spent(request: UserRequest, customer: Customer) -> Mapping[str, Any]:
    """Read from the rollup that came with the customer: no query."""
    return {"rollup": customer.rollup, "currency": settings.DEFAULT_CURRENCY}


def value(request: UserRequest, customer: Customer) -> Mapping[str, Any]:
    rollup = customer.rollup
    average = rollup.total / rollup.orders if rollup.orders else None
    months = by_month(request.user, customer) if rollup.orders else []
    return {
        "rollup": rollup,
        "average": average,
        "currency": settings.DEFAULT_CURRENCY,
        "spark": charts.spark(months) if any(months) else "",
    }


def by_month(user: User, customer: Customer) -> list[float]:
    """What the customer spent in each of the last twelve months, in the company's currency."""
    this = timezone.localdate().replace(day=1)
    months = [(this.year * 12 + this.month - 1 - back) for back in range(MONTHS - 1, -1, -1)]
    start = timezone.make_aware(datetime(months[0] // 12, months[0] % 12 + 1, 1))  # noqa: DTZ001 - made aware
    rows = (
        Order.objects.visible_to(user)
        .filter(customer=customer, placed_at__gte=start, currency=settings.DEFAULT_CURRENCY)
        .counted()
        .values_list("placed_at", "amount", "refunded")
    )
    spent_in = dict.fromkeys(months, 0.0)
    for at, amount, refunded in rows:
        local = timezone.localtime(at)
        key = local.year * 12 + local.month - 1
        spent_in[key] = spent_in.get(key, 0.0) + float(amount - refunded)
    return list(spent_in.values())


def latest(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    orders = Order.objects.visible_to(request.user).filter(customer=customer)
    found = list(orders.order_by("-placed_at", "-pk")[:SHOWN])
    return {"orders": found} if found else None
