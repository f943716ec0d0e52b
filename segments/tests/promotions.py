"""What a rule may ask about coupons, events and landing pages: rows of their tables, and plain Python."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from channels.events.models import Event, Registration
from channels.landing.models import LandingPage, Submission
from channels.offers import factories
from channels.offers.models import Coupon, Redemption
from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers.models import Customer

SHANGHAI = ZoneInfo("Asia/Shanghai")
LOADED = ("coupons", "redemptions", "registrations__event", "landing_submissions")


def fill(customers: list[Customer], now: datetime) -> None:
    events = [_event(place, now) for place in range(3)]
    # One that is over was called off: nobody failed to come.
    over = {"starts_at": events[0].starts_at, "ends_at": events[0].ends_at}
    Event.objects.filter(pk=events[2].pk).update(state="cancelled", **over)
    offers = [factories.offer(number=0, name=f"Offer {number}") for number in range(2)]
    pages = [_page(place) for place in range(2)]
    for number, customer in enumerate(customers):
        for place in range(number % 3):
            page, at = pages[(number + place) % 2], now - timedelta(days=number * (place + 1))
            Submission.objects.create(key=uuid4(), page=page, customer=customer, at=at)
        for place, event in enumerate(events[: number % 4]):
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


def _page(place: int) -> LandingPage:
    said = {"title_zh": "页", "title_en": "Page", "slug": f"page-{place}"}
    return LandingPage.objects.create(name=f"Page {place}", **said, created_by=people.user(Role.MARKETING))


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
        "missed": [
            one
            for one in seats
            if not one.came_at and one.event.ends_at <= now and one.event.state != "cancelled"
        ],
    }
    events = {
        f"events.{name}": ("times", [_row(one, one.registered_at, one.event_id) for one in rows])
        for name, rows in groups.items()
    }
    return {
        **events,
        "events.invited": ("times", []),
        "landing.submitted": (
            "times",
            [_row(one, one.at, one.page_id) for one in customer.landing_submissions.all()],
        ),
        "offers.redeemed": ("times", [_row(one, one.at, one.offer_id) for one in redeemed]),
        "offers.unused": ("list", unused),
    }


def _row(one: Any, at: datetime, of: int) -> tuple[Any, ...]:
    return one.pk, at.astimezone(SHANGHAI).date(), True, of, 0
