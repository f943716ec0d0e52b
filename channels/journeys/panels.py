"""The journeys of a customer, and their path on each, on the customer's page."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from channels.journeys import paths
from channels.journeys.models import Run
from crm.accounts.http import UserRequest
from customers.models import Customer
from customers.panels import Panel, register

SHOWN = 3


def register_all() -> None:
    register(
        Panel("journeys", _("Journeys"), "journeys/_panel.html", load, needs=("journey", "view"), order=45)
    )


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    runs = Run.objects.visible_to(request.user).filter(customer=customer)
    runs = runs.select_related("journey", "version").order_by("-entered_at")
    found = list(runs[:SHOWN])
    return {"paths": [paths.of(run) for run in found]} if found else None
