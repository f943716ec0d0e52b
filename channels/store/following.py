"""Pick-ups follow their orders, whoever moved those: a till, the API, an imported file."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from channels.connectors.arriving import Happening
from channels.inbound.purchases import source_of
from channels.inbox.receiving import past
from channels.models import Channel
from channels.store import services, telling
from channels.store.models import OPEN, Pickup, Shop
from customers.models import Customer
from customers.orders.models import Order

Status = Order.Status
AT_ONCE = 200


def take(channel: Channel, customer: Customer, happening: Happening) -> None:
    """What a till said of an order, after the order itself knows it."""
    data = happening.data
    order = Order.objects.filter(source=source_of(channel), external_id=str(data["number"])[:120]).first()
    if order is None:
        return
    shop = Shop.objects.filter(is_open=True).filter(Q(key=data["store"]) | Q(name=data["store"])).first()
    if data["pickup"] and shop and order.status in OPEN:
        services.expect(order, shop, by=None)
    follow(order.pk, at=past(happening.at))


@transaction.atomic
def follow(order: int, *, at: datetime) -> None:
    """Brings the pick-up to where its order is. Again, it changes nothing."""
    rows = Pickup.objects.select_for_update(of=("self",)).select_related("order__customer", "shop")
    pickup = rows.filter(order=order).first()
    if pickup is None:
        return
    status = pickup.order.status
    if status == Status.READY and pickup.ready_at is None:
        services.stamp(pickup, status, at=at, by=None)
        telling.ready(pickup, by=None)
    elif status not in OPEN and (pickup.closed_at is None or _is_news(pickup)):
        services.stamp(pickup, status, at=at, by=None)


def sweep() -> int:
    """Pick-ups whose order moved without telling them."""
    behind = Q(order__status=Status.READY, ready_at=None) | ~Q(order__status__in=OPEN)
    found = Pickup.objects.filter(behind, closed_at=None).order_by("pk").values_list("order", flat=True)
    orders = list(found[:AT_ONCE])
    for order in orders:
        follow(order, at=timezone.now())
    return len(orders)


def _is_news(pickup: Pickup) -> bool:
    """Given back after it had been fetched."""
    return (
        pickup.order.status == Status.REFUNDED
        and not pickup.order.customer.entries.filter(
            source=services.SOURCE, source_id__startswith=f"{pickup.order_id}.", kind="order.refunded"
        ).exists()
    )
