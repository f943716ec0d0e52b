"""Who belongs to a customer, on the customer's page."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.accounts.http import UserRequest
from customers import panels
from customers.models import Customer
from customers.relations import reading

SHOWN = 8


def register() -> None:
    label, place = _("Belongs together with"), panels.FACTS
    panels.register(panels.Panel("relations", label, "relations/_panel.html", load, order=12, place=place))


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any]:
    rows = reading.rows(customer, request.user, SHOWN + 1)
    people: list[Customer] = []
    if customer.kind == Customer.Kind.ORGANISATION:
        people = reading.staff(customer, request.user, SHOWN + 1)
    editable = Customer.objects.visible_to(request.user, "edit").filter(pk=customer.pk)
    return {
        "rows": rows[:SHOWN],
        "people": people[:SHOWN],
        "has_more": len(rows) > SHOWN or len(people) > SHOWN,
        "may_edit": request.user.may("customer", "edit") and editable.exists(),
    }
