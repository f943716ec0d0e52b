"""What people at the counter do: expect, make ready, hand out, take back, cancel, refund, tell.

The order's own row says how far it is, so that tills, the API and this screen never disagree. Whoever moves
an order holds its name first, as customers.orders.recording does: two of them come one after the other.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.store import codes, telling
from channels.store.models import OPEN, Pickup, Shop
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib import locks
from crm.lib.errors import Refused
from customers.orders import recording
from customers.orders.models import Order
from customers.timeline import services as timeline
from customers.timeline.models import Entry

Status = Order.Status
# Entries about a pick-up carry this source; their source_id begins with the order's number of row.
SOURCE = "pickup"
# For so long a hand-out may be taken back: somebody pressed the wrong line.
TAKEN_BACK = timedelta(hours=24)
FROM: Mapping[str, tuple[str, ...]] = {
    Status.READY: (Status.ORDERED,),
    Status.COMPLETED: OPEN,
    Status.CANCELLED: OPEN,
    Status.REFUNDED: (Status.COMPLETED,),
}
KINDS = {
    Status.READY: "order.ready",
    Status.COMPLETED: "order.picked_up",
    Status.CANCELLED: "order.cancelled",
    Status.REFUNDED: "order.refunded",
}


@transaction.atomic
def expect(order: Order, shop: Shop, *, by: User | None) -> Pickup:
    """The order will be fetched from this shop. Said again, the shop changes as long as it waits."""
    current = _hold_order(order)
    known = Pickup.objects.select_for_update().filter(order=current).first()
    if current.status not in OPEN:
        raise Refused(_("This order is closed: nobody comes for it any more."))
    if known and known.shop_id == shop.pk:
        return known
    if not shop.is_open:
        raise Refused(_("This shop is closed for good."))
    if known:
        known.shop = shop
        known.save(update_fields=["shop"])
    made = known or codes.issue(current, shop)
    if current.status == Status.READY and made.ready_at is None:
        Pickup.objects.filter(pk=made.pk).update(ready_at=timezone.now())
    _tell(made, "order.expected", by=by)
    return made


def make_ready(pickup: Pickup, *, by: User) -> bool:
    """Returns whether the customer is told of it."""
    moved = move(pickup, Status.READY, by=by)
    if moved is None:
        raise Refused(_("This order is %(state)s already.") % {"state": _state(pickup)})
    return telling.ready(moved, by=by)


def hand_out(pickup: Pickup, *, fetched_by: str = "", by: User) -> None:
    if move(pickup, Status.COMPLETED, by=by, fetched_by=fetched_by.replace("\x00", "")[:100].strip()) is None:
        raise Refused(_("This order is %(state)s already.") % {"state": _state(pickup)})


def cancel(pickup: Pickup, *, by: User) -> None:
    if move(pickup, Status.CANCELLED, by=by) is None:
        raise Refused(_("This order is %(state)s already.") % {"state": _state(pickup)})


def refund(pickup: Pickup, *, by: User) -> None:
    """Everything back: the order no longer counts as a purchase."""
    if move(pickup, Status.REFUNDED, by=by) is None:
        raise Refused(_("Only what was handed out can be given back."))


@transaction.atomic
def take_back(pickup: Pickup, *, by: User) -> None:
    """Undoes a hand-out that was a mistake."""
    current = _hold(pickup)
    if current.order.status != Status.COMPLETED or current.picked_at is None:
        raise Refused(_("This order was not handed out."))
    if timezone.now() - current.picked_at > TAKEN_BACK:
        raise Refused(_("This was handed out too long ago to be taken back."))
    _record(current.order, Status.READY)
    fields = {"picked_at": None, "closed_at": None, "by": None, "fetched_by": ""}
    codes.reopen(current, ready_at=current.ready_at or timezone.now(), **fields)
    _tell(current, "order.taken_back", by=by)


@transaction.atomic
def move(
    pickup: Pickup, to: str, *, by: User | None, at: datetime | None = None, fetched_by: str = ""
) -> Pickup | None:
    """Moves an order on; None if it is not where this step begins. `by` is nobody where a till says so."""
    current = _hold(pickup)
    if current.order.status not in FROM[to]:
        return None
    _record(current.order, to)
    stamp(current, to, at=at or timezone.now(), by=by, fetched_by=fetched_by)
    return current


def stamp(pickup: Pickup, to: str, *, at: datetime, by: User | None, fetched_by: str = "") -> None:
    """Writes down when and by whom, and tells timeline and audit, once the order itself has moved. What a
    till says without anybody of us is told once, however often it says so."""
    fields: dict[str, Any] = {}
    if to == Status.READY:
        fields = {"ready_at": at}
    elif to == Status.COMPLETED:
        fields = {"picked_at": at, "closed_at": at, "by": by, "fetched_by": fetched_by}
    elif pickup.closed_at is None:
        fields = {"closed_at": at}
    for name, value in fields.items():
        setattr(pickup, name, value)
    pickup.save(update_fields=list(fields))
    _tell(pickup, KINDS[Status(to)], by=by, at=at)


def remind(pickup: Pickup, *, by: User) -> bool:
    current = Pickup.objects.select_related("order__customer", "shop").get(pk=pickup.pk)
    if current.order.status != Status.READY:
        raise Refused(_("Only customers whose order is ready are reminded."))
    return telling.ready(current, by=by, again=True)


def _hold(pickup: Pickup) -> Pickup:
    _hold_order(pickup.order)
    return (
        Pickup.objects.select_for_update(of=("self",))
        .select_related("order__customer", "shop")
        .get(pk=pickup.pk)
    )


def _hold_order(order: Order) -> Order:
    locks.hold([f"order {order.source} {order.external_id}"])
    return Order.objects.select_related("customer").get(pk=order.pk)


def _record(order: Order, status: str) -> None:
    """Through the one door of purchase facts, so that what customers are worth follows."""
    said: dict[str, Any] = {"status": status}
    if status == Status.REFUNDED:
        said["refunded"] = order.amount
    recording.record([recording.Purchase(order.customer_id, order.source, order.external_id, said, {})])
    order.status = status


def _tell(pickup: Pickup, kind: str, *, by: User | None, at: datetime | None = None) -> None:
    order = pickup.order
    timeline.record(
        order.customer,
        kind,
        summary=f"{order.external_id} · {pickup.shop}",
        channel=Entry.Channel.STORE,
        by=by,
        at=at,
        source=SOURCE,
        source_id=f"{order.pk}.{uuid4().hex if by else kind}",
    )
    audit.record(kind, order, by=by, pickup=pickup.pk, shop=pickup.shop_id)


def _state(pickup: Pickup) -> str:
    status = Order.objects.filter(pk=pickup.order_id).values_list("status", flat=True).get()
    return str(Status(status).label)
