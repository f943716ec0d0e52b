"""The segments a customer is in, on the customer's page."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.accounts.http import UserRequest
from customers.models import Customer
from customers.panels import Panel, register
from segments.models import Segment

MOST_SHOWN = 12


def register_all() -> None:
    register(
        Panel("segments", _("Segments"), "segments/_panel.html", load, needs=("segment", "view"), order=30)
    )


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    found = Segment.objects.visible_to(request.user).filter(memberships__customer=customer)[:MOST_SHOWN]
    return {"segments": list(found), "customer": customer} if found else None
