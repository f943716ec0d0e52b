"""Two kinds of customers for tests: coffee in Shanghai on weekends, and lamps in Beijing once, at work."""

from datetime import datetime, timedelta

from django.utils import timezone

from customers.models import Customer
from customers.orders.models import Order, OrderLine, Product, Rollup
from segments.facts import zone
from segments.grouping import running
from segments.grouping.models import Grouping


def grouped() -> Grouping:
    queued = running.queue(by=None)
    assert queued
    running.run(queued.pk)
    queued.refresh_from_db()
    return queued


def meet(number: int = 40) -> tuple[list[Customer], list[Customer]]:
    """So many of each kind."""
    coffee = Product.objects.create(sku="C", name="Beans", category="Coffee")
    lamp = Product.objects.create(sku="L", name="Lamp", category="Light")
    weekends = [_at(weeks, saturday=True) for weeks in (1, 5, 9, 13)]
    drinkers = _people(number, "Shanghai", coffee, [(weekends, 50 + place % 5) for place in range(number)])
    evenings = [[_at(40 + place % 8, saturday=False)] for place in range(number)]
    spent = [500 + place % 7 for place in range(number)]
    return drinkers, _people(number, "Beijing", lamp, list(zip(evenings, spent, strict=True)))


def _at(weeks: int, *, saturday: bool) -> datetime:
    """Ten in the morning or eight in the evening, so many weeks ago."""
    today = timezone.now().astimezone(zone())
    monday = today - timedelta(days=today.weekday(), weeks=weeks)
    day = monday + timedelta(days=5 if saturday else 1)
    return day.replace(hour=9 if saturday else 20, minute=0)


def _people(
    number: int, city: str, product: Product, bought: list[tuple[list[datetime], int]]
) -> list[Customer]:
    people = Customer.objects.bulk_create(Customer(name=f"{city} {n}", city=city) for n in range(number))
    pairs = list(zip(people, bought, strict=True))
    Rollup.objects.bulk_create(
        Rollup(
            customer=one,
            orders=len(moments),
            days=len(moments),
            total=amount * len(moments),
            first_order_at=min(moments),
            last_order_at=max(moments),
        )
        for one, (moments, amount) in pairs
    )
    orders = Order.objects.bulk_create(
        Order(
            customer=one,
            source="shop",
            external_id=f"{one.pk}-{place}",
            placed_at=moment,
            amount=amount,
            currency="CNY",
        )
        for one, (moments, amount) in pairs
        for place, moment in enumerate(moments)
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, product=product, amount=order.amount) for order in orders
    )
    return people
