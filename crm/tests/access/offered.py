"""The offer and the event of the small company: everybody has a code and a seat."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from channels.events.models import Event, Registration
from channels.offers import codes
from channels.offers.models import Coupon, Offer, Redemption

if TYPE_CHECKING:
    from crm.tests.access.world import World

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def fill(world: "World") -> None:
    given = {"gives": "percent", "percent": 10, "created_by": world.users["marketing-north"]}
    world.offer = Offer.objects.create(name="Ten off", **given)
    codes.share(Offer.objects.create(name="Welcome", codes="shared", **given), "WELCOME")
    number = len(world.customers)
    Offer.objects.filter(pk=world.offer.pk).update(uses=number, revenue=100 * number, cost=10 * number)
    for customer in world.customers.values():
        code = f"{customer.pk:011}".translate(str.maketrans("01", "XY"))
        coupon = Coupon.objects.create(
            offer=world.offer, code=code + codes.check_of(code), customer=customer, given_at=LONG_AGO
        )
        world.redemption = Redemption.objects.create(
            offer=world.offer,
            coupon=coupon,
            customer=customer,
            order_source="till",
            order_number=f"T-{customer.pk}",
            basket=100,
            discount=10,
            key=f"T-{customer.pk}",
            by=world.users["operations-north"],
        )
    _invite(world)


def _invite(world: "World") -> None:
    begins = datetime(2035, 1, 1, tzinfo=UTC)
    world.gathering = Event.objects.create(
        title_zh="Tasting",
        title_en="Tasting",
        starts_at=begins,
        ends_at=begins + timedelta(hours=2),
        state="open",
        taken=len(world.customers),
        created_by=world.users["marketing-north"],
    )
    for customer in world.customers.values():
        world.registration = Registration.objects.create(
            event=world.gathering,
            customer=customer,
            name=f"CANARY-{customer.pk}-guest",
            email=customer.email,
            phone=customer.phone,
            code=f"{customer.pk:08}",
        )
