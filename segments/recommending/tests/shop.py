"""A small shop for tests: articles, who bought what when, and what was learnt of it."""

from datetime import timedelta
from itertools import count

from django.utils import timezone

from customers import factories as customers
from customers.models import Customer
from customers.orders.models import Order, OrderLine, Product, Rollup
from segments.recommending import running
from segments.recommending.models import Figures, Learning, Neighbour

_numbers = count(1)


def article(name: str, *, category: str = "", price: int = 10) -> Product:
    return Product.objects.create(sku=f"A-{next(_numbers)}", name=name, category=category, price=price)


def sells(product: Product, *, popularity: float = 1, recent: int = 0, **fields: object) -> Figures:
    given = {"trend": 1, "repeat_share": 0, "last_sold_at": timezone.now(), **fields}
    return Figures.objects.create(product=product, popularity=popularity, recent=recent, **given)


def goes_with(product: Product, neighbour: Product, *, weight: float = 1, share: float = 0.38) -> None:
    Neighbour.objects.create(product=product, neighbour=neighbour, weight=weight, support=20, share=share)


def buys(customer: Customer, *products: Product, days_ago: float = 1, **fields: object) -> Order:
    order = customers.order(customer, placed_at=timezone.now() - timedelta(days=days_ago), **fields)
    OrderLine.objects.bulk_create(OrderLine(order=order, product=one, amount=10) for one in products)
    Rollup.objects.filter(customer=customer).update(
        orders=1, days=1, first_order_at=order.placed_at, last_order_at=order.placed_at
    )
    return order


def learnt() -> Learning:
    """Learns from what there is, as the worker would."""
    queued = running.queue(by=None)
    assert queued
    running.run(queued.pk)
    queued.refresh_from_db()
    return queued
