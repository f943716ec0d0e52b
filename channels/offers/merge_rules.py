"""Coupons of customers that are joined: both codes stay good, and a message repeats the survivor's."""

from typing import Any

from channels.offers.models import Coupon
from customers.merging import rules
from customers.merging.rules import Joining, Parting, Rule


def register() -> None:
    rules.register(Rule("offers.coupon", join=join, part=part))


def join(joining: Joining) -> list[Any]:
    """What could not move because both have a code of the same offer moves beside the other."""
    left = Coupon.objects.filter(customer=joining.absorbed, is_main=True)
    pks = list(left.values_list("pk", flat=True))
    Coupon.objects.filter(pk__in=pks).update(customer=joining.survivor, is_main=False)
    return pks


def part(parting: Parting) -> None:
    """What came over goes home, and is repeated there again unless another was given meanwhile."""
    holders = [one.pk for one in parting.holders]
    for one in Coupon.objects.filter(pk__in=parting.rows, customer__in=holders).order_by("pk"):
        mains = Coupon.objects.filter(customer=parting.absorbed, offer=one.offer_id, is_main=True)
        one.is_main = not mains.exists()
        one.customer = parting.absorbed
        one.save(update_fields=["customer", "is_main"])
