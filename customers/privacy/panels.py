"""Privacy on the customer's page: restricted or erased, what is open, and the way to everything else."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.accounts.http import UserRequest
from customers.models import Customer
from customers.panels import FACTS, Panel, register
from customers.privacy.models import Erasure, SubjectRequest
from customers.privacy.standing import protection_of


def register_all() -> None:
    register(
        Panel(
            "privacy",
            _("Privacy"),
            "privacy/_panel.html",
            load,
            needs=("privacy", "view"),
            order=90,
            place=FACTS,
        )
    )


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any]:
    requests = SubjectRequest.objects.visible_to(request.user).filter(customer=customer)
    return {
        "protection": protection_of(customer),
        "open": list(requests.open().order_by("due_on", "pk")),
        "waiting": Erasure.objects.visible_to(request.user).waiting().filter(customer=customer).exists(),
    }
