"""By which handles a customer is recognised, on the customer's page."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.accounts.http import UserRequest
from customers import panels
from customers.handles import reading
from customers.models import Customer

SHOWN = 8


def register() -> None:
    panels.register(panels.Panel("identities", _("Known as"), "handles/_panel.html", load, order=200))


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any]:
    found = reading.attached(customer)
    editable = Customer.objects.visible_to(request.user, "edit").filter(pk=customer.pk)
    return {
        "handles": found[:SHOWN],
        "more": max(0, len(found) - SHOWN),
        "may_edit": request.user.may("customer", "edit") and editable.exists(),
    }
