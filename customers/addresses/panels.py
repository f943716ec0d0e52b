"""The addresses on the customer's page."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.accounts.http import UserRequest
from customers import panels
from customers.addresses import reading
from customers.models import Customer


def register() -> None:
    panels.register(
        panels.Panel("addresses", _("Addresses"), "addresses/_panel.html", load, order=14, place=panels.FACTS)
    )


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any]:
    editable = Customer.objects.visible_to(request.user, "edit").filter(pk=customer.pk)
    return {
        "addresses": reading.cards(customer),
        "may_edit": request.user.may("customer", "edit") and editable.exists(),
    }
