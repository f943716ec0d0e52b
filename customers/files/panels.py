"""The latest files on the customer's page."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.accounts.http import UserRequest
from customers.files.models import Attachment
from customers.files.sniffing import ENDINGS
from customers.models import Customer
from customers.panels import Panel, register

SHOWN = 5


def register_all() -> None:
    register(Panel("files", _("Files"), "files/_panel.html", load, order=150))


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    rows = Attachment.objects.visible_to(request.user).filter(customer=customer)
    found = list(rows.order_by("-at", "-pk")[: SHOWN + 1])
    may_edit = Customer.objects.visible_to(request.user, "edit").filter(pk=customer.pk).exists()
    if not (found or may_edit):
        return None
    return {
        "files": found[:SHOWN],
        "more": len(found) > SHOWN,
        "may_edit": may_edit,
        "accepted": ",".join(f".{ending}" for ending in ENDINGS),
    }
