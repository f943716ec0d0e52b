"""On the customer's page: who became part of this customer."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.accounts.http import UserRequest
from customers.merging import reading
from customers.merging.views import may_undo
from customers.models import Customer
from customers.panels import FACTS, Panel, register

SHOWN = 5


def register_all() -> None:
    register(Panel("merges", _("Joined customers"), "merging/_panel.html", load, order=16, place=FACTS))


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    rows = list(reading.merges_of(customer)[: SHOWN + 1])
    if not rows:
        return None
    return {"merges": rows[:SHOWN], "has_more": len(rows) > SHOWN, "may_undo": may_undo(request, customer)}
