"""Data quality on the customer's page: the score as it is now, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.accounts.http import UserRequest
from customers.models import Customer
from customers.panels import INSIGHTS, Panel, register
from customers.quality import assessing, rules
from customers.quality.columns import tone
from customers.quality.models import Proposal, Refresh
from customers.quality.rules import SHARES, Dimension


def register_all() -> None:
    register(
        Panel(
            "quality",
            _("Data quality"),
            "quality/_panel.html",
            load,
            needs=("quality", "view"),
            order=150,
            place=INSIGHTS,
        )
    )


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    found = assessing.now(customer)
    if found is None:
        return None
    asked = Refresh.objects.visible_to(request.user).filter(customer=customer).order_by("-pk").first()
    waiting = Proposal.objects.visible_to(request.user).waiting().filter(refresh__customer=customer)
    return {
        "found": found,
        "tone": tone(found.score),
        "dimensions": [
            (label, getattr(found, value), SHARES[value] * 10) for value, label in Dimension.choices
        ],
        "reasons": reasons(found.problems),
        "asked": asked,
        "waiting": waiting.exists(),
        "may_ask": request.user.may("quality", "edit") and bool(customer.email),
    }


def reasons(codes: Sequence[str]) -> list[tuple[str, float]]:
    """Each problem in words, and what it takes from the whole."""
    known = [rule for code in codes if (rule := rules.find(code))]
    told = [(str(rule.label), rule.points * SHARES[rule.dimension] / 10) for rule in known]
    return sorted(told, key=lambda one: -one[1])
