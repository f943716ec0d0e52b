"""The page of natural groups: how many, how much, and in what they differ."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.accounts.policy import Scope
from crm.lib import charts
from crm.lib.charts import Part
from crm.lib.keeping import kept
from customers.models import Customer
from segments.grouping import phrases, services
from segments.grouping.models import Grouping, Lookalike, NaturalGroup
from segments.scoring.report import customers_with

# Seconds that the figures of a colleague who sees a part are kept.
KEPT = 15 * 60


@dataclass(frozen=True)
class Card:
    """A group as shown: its money and customers are of those whom the reader may see."""

    group: NaturalGroup
    title: str
    told: list[phrases.Phrase]
    customers: int
    money: Decimal
    share: float
    tone: int
    url: str

    @property
    def average(self) -> Decimal:
        return self.money / self.customers if self.customers else Decimal(0)


def page(user: User) -> dict[str, Any]:
    runs = Grouping.objects.visible_to(user)
    last = runs.done().order_by("-as_of").first()
    cards = _cards(user, last) if last else []
    parts = [Part(one.title, one.customers, one.tone, one.url) for one in cards]
    return {
        "last": last,
        "newest": runs.order_by("-created_at").first(),
        "cards": cards,
        "chart": charts.donut(_("Customers by natural group"), parts, unit=_("customers")) if cards else None,
        "quality": max(last.report.get("tried", {}).values(), default=None) if last else None,
        "sees_all": user.scope("customer", "view") is Scope.ALL,
        "currency": settings.DEFAULT_CURRENCY,
    }


def _cards(user: User, last: Grouping) -> list[Card]:
    groups = NaturalGroup.objects.visible_to(user).order_by("-customers")
    counted = _counted(user, last)
    everybody = sum(customers for customers, _money in counted.values()) if counted is not None else 0
    cards = []
    for tone, one in enumerate(groups, 1):
        customers, money = (
            (one.customers, one.money) if counted is None else counted.get(one.pk, (0, Decimal(0)))
        )
        rule = json.dumps(services.rule_of(one), separators=(",", ":"))
        share = customers / max(1, everybody if counted is not None else last.customers)
        url, told = customers_with(rule=rule), phrases.phrases(one.profile)
        cards.append(Card(one, phrases.title(one), told, customers, money, share, tone % 9, url))
    return cards


def _counted(user: User, last: Grouping) -> dict[int, tuple[int, Decimal]] | None:
    """Customers and money per group of whom `user` may see; None for those who see all."""
    if user.scope("customer", "view") is Scope.ALL:
        return None
    rows = kept(
        f"grouping:{last.pk}:{user.reach('customer')}",
        KEPT,
        lambda: list(
            Customer.objects.visible_to(user)
            .exclude(belonging=None)
            .order_by()
            .values_list("belonging__group_id")
            .annotate(Count("pk"), Sum("rollup__total"))
        ),
    )
    return {group: (customers, money or Decimal(0)) for group, customers, money in rows}


def reasons(asked: Lookalike) -> list[tuple[str, bool]]:
    """What sets the members apart, the strongest first, and whether they have more or less of it."""
    return [(phrases.feature(name), weight > 0) for name, weight in asked.report.get("reasons", []) if weight]
