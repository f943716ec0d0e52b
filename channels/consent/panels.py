"""Consent on the customer's page."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from channels.consent import standing
from channels.consent.models import Purpose
from crm.accounts.http import UserRequest
from customers.models import Customer
from customers.panels import FACTS, Panel, register


def register_all() -> None:
    register(
        Panel(
            "consent",
            _("What may be sent"),
            "consent/_panel.html",
            load,
            needs=("consent", "view"),
            order=20,
            place=FACTS,
        )
    )


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any]:
    first = Purpose.values.index(Purpose.MARKETING)
    rows = [(row, row.cells[first]) for row in standing.rows(customer)]
    return {"rows": rows, "may_edit": request.user.may("consent", "edit")}
