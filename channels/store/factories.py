"""Shops and pick-ups for tests: required fields only."""

from itertools import count
from typing import Any

from channels.store.models import Pickup, Shop
from customers import factories
from customers.models import Customer

_numbers = count(1)
OF_ORDERS = ("status", "external_id", "amount", "placed_at")


def shop(**fields: Any) -> Shop:
    number = next(_numbers)
    return Shop.objects.create(**{"name": f"Shop {number}", "key": f"S{number}", **fields})


def pickup(customer: Customer, **fields: Any) -> Pickup:
    of_order = {name: fields.pop(name) for name in OF_ORDERS if name in fields}
    defaults = {"code": f"{next(_numbers):06}"}
    if "shop" not in fields:
        fields["shop"] = shop()
    return Pickup.objects.create(order=factories.order(customer, **of_order), **{**defaults, **fields})
