"""What a rule may ask about coupons: rows of their tables, and plain Python."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from channels.events.models import Event, Registration
from channels.offers import factories
from channels.offers.models import Coupon, Redemption
from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers.models import Customer

SHANGHAI = ZoneInfo("Asia/Shanghai")
LOADED = ("coupons", "redemptions", "registrations__event")


def fill(customers: list[Customer], now: datetime) -> None:
    events = [_event(place, now) for place in range(2)]
    offers = [factories.offer(number=0, name=f"Offer {number}") for number in range(2)]
    for number, customer in enumerate(customers):
        for place, event in enumerate(events[: number % 4 - 1 if number % 4 else 0]):
            _seat(customer, number, place, event, now)
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


def _event(place: int, now: datetime) -> Event:
    by = people.user(Role.MARKETING)
    at = now + timedelta(days=30 if place else -30)
    titles = {"title_zh": f"Event {place}", "title_en": f"Event {place}"}
    return Event.objects.create(**titles, starts_at=at, ends_at=at + timedelta(hours=1), created_by=by)


def _seat(customer: Customer, number: int, place: int, event: Event, now: datetime) -> None:
    Registration.objects.create(
        event=event,
        customer=customer,
        name=customer.name,
        code=f"{number}X{place}",
        state="booked" if number % 3 else "cancelled",
        registered_at=now - timedelta(days=number),
        came_at=now if number % 3 and number % 5 == 0 and not place else None,
    )


def known(customer: Customer, now: datetime) -> dict[str, tuple[str, Any]]:
    redeemed = [one for one in customer.redemptions.all() if one.taken_back_at is None]
    unused = [one.offer_id for one in customer.coupons.all() if one.used_at is None]
    seats = [one for one in customer.registrations.all() if one.state == "booked"]
    groups = {
        "registered": seats,
        "attended": [one for one in seats if one.came_at],
        "missed": [one for one in seats if not one.came_at and one.event.ends_at <= now],
    }
    events = {
        f"events.{name}": ("times", [_row(one, one.registered_at, one.event_id) for one in rows])
        for name, rows in groups.items()
    }
    return {
        **events,
        "events.invited": ("times", []),
        "offers.redeemed": ("times", [_row(one, one.at, one.offer_id) for one in redeemed]),
        "offers.unused": ("list", unused),
    }


def _row(one: Any, at: datetime, of: int) -> tuple[Any, ...]:
    return one.pk, at.astimezone(SHANGHAI).date(), True, of, 0
