"""The shops of the company, what waits on their counters and what was fetched."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from channels.store.models import OPEN, Pickup, Shop
from channels.store.services import SOURCE
from crm.demo.company import Staff
from crm.demo.conversing import touch
from crm.demo.dice import dice
from crm.demo.words.dialogues import SHOPS
from customers.orders.models import Order
from customers.timeline.models import Entry

WAITING, DONE, LATE = 60, 40, 5
# Nobody came for these; they were ordered within this span of days.
FORGOTTEN = (9, 4)
# Multiplied by a prime, numbers of rows become codes that differ.
PRIME = 7919
Status = Order.Status


def keep(staff: Staff, *, seed: int, until: datetime) -> None:
    rng = dice(seed, "shops")
    shops = [
        Shop.objects.get_or_create(
            key=key, defaults={"name": name, "city": city, "address": address, "opening_hours": hours}
        )[0]
        for key, name, city, address, hours in SHOPS
    ]
    clerks = staff.of(["sunlei", "zhaojing"])
    made = [_pickup(rng, order, shops, clerks, until) for order in _orders(until)]
    Pickup.objects.bulk_create(made, batch_size=1000)
    entries = [entry for one in made for entry in _entries(one)]
    Entry.objects.bulk_create(entries, batch_size=1000)
    touch({one.customer_id: one.occurred_at for one in sorted(entries, key=lambda one: one.occurred_at)})


def _orders(until: datetime) -> list[Order]:
    rows = Order.objects.filter(pickup=None, customer__deleted_at=None).order_by("-placed_at", "-pk")
    bought = rows.filter(status=Status.COMPLETED, channel="web")
    first, last = (until - timedelta(days=days) for days in FORGOTTEN)
    late = list(bought.filter(placed_at__range=(first, last))[:LATE])
    for order in late:
        order.status = Status.READY
    Order.objects.bulk_update(late, ["status"])
    return [*rows.filter(status__in=OPEN)[: WAITING + LATE], *bought[:DONE]]


def _pickup(
    rng: np.random.Generator, order: Order, shops: list[Shop], clerks: list[int], until: datetime
) -> Pickup:
    shop = shops[int(rng.integers(len(shops)))]
    made = Pickup(order=order, shop=shop, code=f"{order.pk * PRIME % 1_000_000:06}")
    made.created_at = order.placed_at
    if order.status != Status.ORDERED:
        ready = min(order.placed_at + timedelta(minutes=int(rng.integers(20, 180))), until)
        made.ready_at = made.told_at = ready
    if order.status == Status.COMPLETED and made.ready_at:
        fetched = min(made.ready_at + timedelta(hours=int(rng.integers(1, 30))), until)
        made.picked_at = made.closed_at = fetched
        made.by_id = clerks[int(rng.integers(len(clerks)))]
    return made


def _entries(one: Pickup) -> Iterator[Entry]:
    for kind, at in (("order.ready", one.ready_at), ("order.picked_up", one.picked_at)):
        if at:
            yield Entry(
                customer_id=one.order.customer_id,
                kind=kind,
                channel=Entry.Channel.STORE,
                occurred_at=at,
                summary=f"{one.order.external_id} · {one.shop}",
                actor_id=one.by_id if kind == "order.picked_up" else None,
                source=SOURCE,
                source_id=f"{one.order_id}.{kind}",
            )
