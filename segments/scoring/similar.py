"""Customers like this one: near in recency, frequency and money, of the same place, with tastes in common.

Looks at a bounded number of the latest customers, so it costs the same however many there are: first those
of the same city, or where that is unknown of the same cell; of them the nearest in score; of those whoever
bought the same articles comes first. Nothing is stored or guessed: each is shown with its reasons.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Abs
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.accounts.http import UserRequest
from crm.accounts.models import User
from customers.models import Customer, CustomerQuerySet
from customers.orders.models import Order, OrderLine
from customers.panels import Panel, register
from segments.scoring.models import Score

LOOKED_AT, COMPARED, SHOWN = 2000, 60, 4
# Farther away, two customers have little in common.
NEAR = 3
ORDERS_EACH = 20
ALSO_BOUGHT = 3

Bought = Mapping[int, frozenset[int]]


@dataclass(frozen=True)
class Alike:
    customer: Customer
    score: Score
    shared: int
    reason: str


def register_panel() -> None:
    register(
        Panel(
            "similar",
            gettext_lazy("Similar customers"),
            "scoring/_similar.html",
            load,
            needs=("score", "view"),
            order=300,
        )
    )


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    user = request.user
    score = Score.objects.visible_to(user).filter(customer=customer).first()
    if score is None:
        return None
    nearest = _nearest(user, customer, score)
    if not nearest:
        return None
    names: dict[int, str] = {}
    bought = _bought(user, [customer.pk, *(one.pk for one in nearest)], names)
    own = bought.get(customer.pk, frozenset())
    found = sorted(nearest, key=lambda one: -len(own & bought.get(one.pk, frozenset())))[:SHOWN]
    return {
        "alike": [
            _alike(one, score, customer.city, own & bought.get(one.pk, frozenset()), names) for one in found
        ],
        "also": _also_bought(own, [bought.get(one.pk, frozenset()) for one in nearest], names),
        "compared": len(nearest),
    }


def _nearest(user: User, customer: Customer, score: Score) -> list[Customer]:
    """The nearest in score among the latest of the same city, or else of the same cell."""
    others = Customer.objects.visible_to(user).filter(kind=customer.kind).exclude(pk=customer.pk)
    distance = Value(0)
    for name in ("recency", "frequency", "monetary"):
        distance = distance + Abs(F(f"score__{name}") - Value(getattr(score, name)))  # type: ignore[assignment]
    near = (
        Customer.objects.filter(pk__in=_pool(others, customer, score))
        .select_related("score")
        .filter(score__isnull=False)
        .annotate(distance=distance)
        .filter(distance__lte=NEAR)
    )
    return list(near.order_by("distance", "-touched_at", "pk")[:COMPARED])


def _pool(others: CustomerQuerySet, customer: Customer, score: Score) -> list[int]:
    if customer.city:
        rows = others.filter(city=customer.city).order_by("-touched_at", "-pk")
    else:
        rows = others.filter(score__recency=score.recency, score__frequency=score.frequency).order_by()
    return list(rows.values_list("pk", flat=True)[:LOOKED_AT])


def _bought(user: User, customers: Sequence[int], names: dict[int, str]) -> Bought:
    """What each of them bought of late. `names` learns what the articles are called."""
    if not user.may("order", "view"):
        return {}
    latest = Order.objects.visible_to(user).filter(customer__in=customers).counted()
    lines = (
        OrderLine.objects.filter(order__in=latest)
        .values_list("order__customer", "product", "product__name")
        .order_by("-order__placed_at")[: len(customers) * ORDERS_EACH]
    )
    bought = defaultdict[int, set[int]](set)
    for owner, product, name in lines:
        bought[owner].add(product)
        names[product] = name
    return {owner: frozenset(products) for owner, products in bought.items()}


def _alike(one: Customer, score: Score, city: str, shared: frozenset[int], names: Mapping[int, str]) -> Alike:
    reasons = []
    if shared:
        text = ngettext("also bought %(one)s", "also bought %(one)s (%(number)d in common)", len(shared))
        reasons.append(text % {"one": min(names[product] for product in shared), "number": len(shared)})
    if one.city and one.city == city:
        reasons.append(_("same city"))
    if one.score.stage == score.stage:
        reasons.append(_("same stage"))
    return Alike(one, one.score, len(shared), " · ".join(reasons))


def _also_bought(
    own: frozenset[int], others: Sequence[frozenset[int]], names: Mapping[int, str]
) -> list[tuple[str, int]]:
    """What several of them have and this customer has not, with how many of them do."""
    counted = Counter(product for bought in others for product in bought - own)
    return [(names[product], number) for product, number in counted.most_common(ALSO_BOUGHT) if number > 1]
