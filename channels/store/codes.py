"""Six digits by which a customer shows that an order is theirs; no two orders that wait have the same."""

import secrets
from typing import Any

from django.db import IntegrityError, transaction

from channels.store.models import Pickup, Shop
from customers.orders.models import Order

# With a tenth of all codes in use, ten clashes in a row happen once in ten thousand million times.
TRIES = 10


def issue(order: Order, shop: Shop) -> Pickup:
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return Pickup.objects.create(order=order, shop=shop, code=_draw())
        except IntegrityError:
            if Pickup.objects.filter(order=order).exists():
                raise
    raise RuntimeError("No pick-up code is free.")


def reopen(pickup: Pickup, **fields: Any) -> None:
    """Waits again; with another code if the old one was given to somebody else meanwhile."""
    taken = Pickup.objects.filter(closed_at=None, code=pickup.code).exclude(pk=pickup.pk).exists()
    for name, value in {**fields, **({"code": _draw()} if taken else {})}.items():
        setattr(pickup, name, value)
    pickup.save()


def _draw() -> str:
    return f"{secrets.randbelow(1_000_000):06}"
