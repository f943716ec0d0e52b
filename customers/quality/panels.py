"""Data quality on the customer's page: the score as it is now, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
            gettext_lazy("Data quality"),
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
        "reasons": reasons(found.problems, found.timeliness),
        "asked": asked,
        "waiting": waiting.exists(),
        "may_ask": request.user.may("quality", "edit") and bool(customer.email),
    }


def reasons(codes: Sequence[str], timeliness: int) -> list[tuple[str, float]]:
    """Each problem in words, and what it takes from the whole."""
    known = [rule for code in codes if (rule := rules.find(code)) and rule.points]
    told = [(str(rule.label), rule.points * SHARES[rule.dimension] / 10) for rule in known]
    if timeliness < 100:
        stale = rules.find("stale") if "stale" in codes else None
        words = str(stale.label) if stale else _("Nothing heard for half a year and more")
        told.append((words, (100 - timeliness) * SHARES["timeliness"] / 10))
    return sorted(told, key=lambda one: -one[1])
