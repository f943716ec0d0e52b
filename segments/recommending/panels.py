"""What to offer next, on the customer's page: each product with its reason."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.accounts.http import UserRequest
from customers.models import Customer
from customers.panels import Panel, register
from segments.recommending import services
from segments.recommending.reasons import reason
from segments.recommending.suggesting import Slot, suggest

KEY = "recommendations"
EACH = 3
REJECTED = 12
SLOTS: dict[Slot, str | Promise] = {
    Slot.AGAIN: _("Buy again"),
    Slot.WITH: _("Goes with what they have"),
    Slot.POPULAR: _("Popular now"),
}


def register_all() -> None:
    register(
        Panel(
            KEY,
            _("What to offer next"),
            "recommending/_panel.html",
            load,
            needs=("order", "view"),
            order=25,
        )
    )


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    if not services.is_learnt():
        return None
    user, found = request.user, suggest(customer.pk, each=EACH)
    may_edit = Customer.objects.visible_to(user, "edit").filter(pk=customer.pk).exists()
    return {
        "slots": [
            (SLOTS[slot], [(one, reason(one)) for one in ones])
            for slot, ones in groupby(found, lambda one: one.slot)
        ],
        "rejected": services.rejected(customer)[:REJECTED],
        "opted_out": services.declined(customer),
        "is_personal": services.is_personal_for(customer),
        "may_reject": may_edit,
        "may_choose": may_edit and user.may("consent", "edit"),
        "may_see_card": user.may("score", "view"),
    }
