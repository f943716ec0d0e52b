"""What a rule may ask about coupons: rows of their tables, and plain Python."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from channels.offers import factories
from channels.offers.models import Coupon, Redemption
from customers.models import Customer

SHANGHAI = ZoneInfo("Asia/Shanghai")
LOADED = ("coupons", "redemptions")


def fill(customers: list[Customer], now: datetime) -> None:
    offers = [factories.offer(number=0, name=f"Offer {number}") for number in range(2)]
    for number, customer in enumerate(customers):
        for place, offer in enumerate(offers[: number % 3]):
            at = now - timedelta(days=number * (place + 1))
            is_used = (number + place) % 2 == 0
            coupon = Coupon.objects.create(
                offer=offer,
                code=f"T{number}X{place}",
                customer=customer,
                given_at=at,
                used_at=at if is_used else None,
            )
            if is_used:
                Redemption.objects.create(
                    offer=offer,
                    coupon=coupon,
                    customer=customer,
                    at=at,
                    basket=100,
                    order_source="till",
                    order_number=coupon.code,
                    key=coupon.code,
                    discount=10,
                    by=offer.created_by,
                    taken_back_at=now if number % 5 == 0 else None,
                    is_single=False,
                )


def known(customer: Customer) -> dict[str, tuple[str, Any]]:
    redeemed = [one for one in customer.redemptions.all() if one.taken_back_at is None]
    unused = [one.offer_id for one in customer.coupons.all() if one.used_at is None]
    return {
        "offers.redeemed": ("times", [_row(one, one.at, one.offer_id) for one in redeemed]),
        "offers.unused": ("list", unused),
    }


def _row(one: Any, at: datetime, of: int) -> tuple[Any, ...]:
    return one.pk, at.astimezone(SHANGHAI).date(), True, of, 0
