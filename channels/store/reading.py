"""What the counter sees: three columns, lists, and whatever one types or scans."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from channels.store.models import OPEN, Pickup, PickupQuerySet, Shop
from crm.accounts.models import User
from customers import naming
from customers.orders.models import Order, OrderQuerySet
from customers.orders.numbers import sources

# So many cards stand in a column; the list has the others.
MOST_CARDS = 60
MOST_FOUND = 20
# After so many days on the shelf somebody should ask the customer.
LATE = timedelta(days=3)
LISTS = ("waiting", "late", "done")
CODE_DIGITS, LAST_DIGITS = 6, 4


@dataclass(frozen=True)
class Card:
    """A pick-up as it may be shown: the whole name only to those who may see the customer."""

    pickup: Pickup
    name: str
    is_known: bool

    @property
    def is_late(self) -> bool:
        since = self.pickup.ready_at
        return bool(self.pickup.closed_at is None and since and timezone.now() - since > LATE)


@dataclass(frozen=True)
class Board:
    ordered: Sequence[Card]
    ready: Sequence[Card]
    done: Sequence[Card]
    is_cut: bool


@dataclass(frozen=True)
class Found:
    cards: Sequence[Card]
    # Orders of that number that nobody has sent to a shop yet.
    orders: Sequence[Order]


def board(user: User, shop: Shop | None) -> Board:
    rows = of_shop(Pickup.objects.visible_to(user), shop)
    waiting = list(_whole(rows.waiting()).order_by("created_at", "pk")[: 2 * MOST_CARDS + 1])
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    done = list(_whole(rows.filter(closed_at__gte=today)).order_by("-closed_at")[:MOST_CARDS])
    shown = {card.pickup.pk: card for card in cards(user, [*waiting, *done])}
    steps: dict[str, list[Card]] = {status: [] for status in OPEN}
    for one in waiting:
        steps[one.order.status].append(shown[one.pk])
    ordered, ready = (steps[status] for status in OPEN)
    ready.sort(key=lambda card: card.pickup.ready_at or card.pickup.created_at)
    is_cut = len(waiting) > 2 * MOST_CARDS or len(done) == MOST_CARDS
    return Board(ordered[:MOST_CARDS], ready[:MOST_CARDS], [shown[one.pk] for one in done], is_cut)


def listed(rows: PickupQuerySet, show: str) -> tuple[PickupQuerySet, str]:
    """The rows of a list and what they are ordered by."""
    if show == "late":
        return rows.ready().filter(ready_at__lt=timezone.now() - LATE), "ready_at"
    if show == "done":
        return rows.filter(closed_at__isnull=False), "-closed_at"
    return rows.waiting(), "created_at"


def of_shop(rows: PickupQuerySet, shop: Shop | None) -> PickupQuerySet:
    return rows.filter(shop=shop) if shop else rows


def find(user: User, typed: str) -> Found:
    """By code, order number, or the last four digits of a phone; in all shops, because customers err."""
    number = typed.replace("\x00", "").strip().removeprefix("#")[:120]
    if not number:
        return Found([], [])
    digits = re.sub(r"[\s\-]", "", number)
    digits = digits if digits.isdecimal() else ""
    visible = Pickup.objects.visible_to(user)
    numbered = Q(order__source__in=sources(), order__external_id=number)
    rows = list(_whole(visible.filter(numbered))[:MOST_FOUND])
    if len(digits) == CODE_DIGITS:
        rows += _whole(visible.filter(code=digits)).order_by("closed_at", "-pk")[:MOST_FOUND]
    if len(digits) == LAST_DIGITS:
        rows += _whole(visible.waiting().filter(order__customer__phone__endswith=digits))[:MOST_FOUND]
    found = list({one.pk: one for one in rows}.values())
    # A code is given again once it is free: what waits comes before what is over.
    found.sort(key=lambda one: (one.closed_at is not None, -(one.closed_at or _zero()).timestamp()))
    return Found(cards(user, found[:MOST_FOUND]), list(_unsent(user, number)) if not found else [])


def cards(user: User, rows: Iterable[Pickup]) -> list[Card]:
    shown = list(rows)
    known = naming.known(user, (one.order.customer_id for one in shown))
    return [
        Card(one, naming.shown(one.order.customer.name, is_known=is_known), is_known)
        for one in shown
        for is_known in [one.order.customer_id in known]
    ]


def _unsent(user: User, number: str) -> OrderQuerySet:
    return (
        Order.objects.visible_to(user)
        .filter(source__in=sources(), external_id=number, status__in=OPEN, pickup=None)
        .select_related("customer")[:MOST_FOUND]
    )


def _whole(rows: PickupQuerySet) -> PickupQuerySet:
    return rows.select_related("order__customer", "shop", "by")


def _zero() -> datetime:
    return datetime.fromtimestamp(0, tz=timezone.get_current_timezone())
