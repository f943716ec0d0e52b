"""Orders as other programs tell them: new ones, later word on known ones, and what follows from both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from crm.accounts.models import User
from crm.lib import locks
from crm.lib.templatetags.ui import money
from customers.models import Customer
from customers.orders import rollups
from customers.orders.models import Order, OrderLine, Product
from customers.timeline.models import Entry
from customers.timeline.signals import recorded

# What the entries of orders call their source; their source_id is the order's primary key.
TELLER = "order"
COMPARED = ("customer_id", "channel", "status", "placed_at", "amount", "refunded", "currency", "items")


@dataclass(frozen=True)
class Article:
    sku: str
    name: str
    quantity: int
    amount: Decimal


@dataclass(frozen=True)
class Purchase:
    """An order. What a known one does not say stays as it is, also its articles; a new one takes `usual`."""

    customer: int
    source: str
    number: str
    said: Mapping[str, Any]
    usual: Mapping[str, Any]
    articles: Sequence[Article] | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.number


@transaction.atomic
def record(purchases: Sequence[Purchase]) -> dict[tuple[str, str], tuple[int, str]]:
    """Returns each order's key with its id and whether it was created, updated or left as it was."""
    latest = {one.key: one for one in purchases}
    locks.hold(f"order {source} {number}" for source, number in latest)
    known = _known(latest)
    former = {one.pk: one.customer_id for one in known.values()}
    new = [Order(**{**one.usual, **_fields(one)}) for one in latest.values() if one.key not in known]
    changed = [known[key] for key, one in latest.items() if key in known and _differs(known[key], one)]
    orders = _write(new, changed, known)
    by_articles = _write_articles([(orders[one.key], one.articles) for one in latest.values()])
    _tell(new, changed)
    _add_up([*new, *changed], former)
    created, updated = {one.pk for one in new}, {one.pk for one in changed} | by_articles
    return {
        key: (one.pk, "created" if one.pk in created else "updated" if one.pk in updated else "unchanged")
        for key, one in orders.items()
    }


def hidden_from(user: User, keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The orders that exist, but with customers of whom `user` may not know."""
    wanted = set(keys)
    known = Order.objects.filter(
        source__in={source for source, _number in wanted}, external_id__in={one for _source, one in wanted}
    )
    mine = Order.objects.visible_to(user).filter(pk__in=known.values("pk"))
    hidden = known.exclude(pk__in=mine.values("pk")).values_list("source", "external_id")
    return wanted & set(hidden)


def _known(wanted: Mapping[tuple[str, str], Purchase]) -> dict[tuple[str, str], Order]:
    sources = {source for source, _number in wanted}
    rows = Order.objects.select_for_update().filter(
        source__in=sources, external_id__in=[number for _source, number in wanted]
    )
    found = {(one.source, one.external_id): one for one in rows.order_by("pk")}
    return {key: one for key, one in found.items() if key in wanted}


def _fields(one: Purchase) -> dict[str, Any]:
    return {**one.said, "customer_id": one.customer, "source": one.source, "external_id": one.number}


def _differs(order: Order, said: Purchase) -> bool:
    """Takes over what was said; whether that changed anything."""
    before = [getattr(order, name) for name in COMPARED]
    for name, value in _fields(said).items():
        setattr(order, name, value)
    order.refunded = min(order.refunded, order.amount)
    return before != [getattr(order, name) for name in COMPARED]


def _write(
    new: list[Order], changed: list[Order], known: Mapping[tuple[str, str], Order]
) -> dict[tuple[str, str], Order]:
    Order.objects.bulk_create(new)
    Order.objects.bulk_update(changed, [name.removesuffix("_id") for name in COMPARED])
    return {**known, **{(one.source, one.external_id): one for one in new}}


def _write_articles(said: Iterable[tuple[Order, Sequence[Article] | None]]) -> set[int]:
    """Replaces the articles of orders that name them; returns the orders whose articles changed."""
    wanted = {order.pk: articles for order, articles in said if articles is not None}
    if not wanted:
        return set()
    named = {one.sku: Product(sku=one.sku, name=one.name) for articles in wanted.values() for one in articles}
    Product.objects.bulk_create([named[sku] for sku in sorted(named)], ignore_conflicts=True)
    products = dict(Product.objects.filter(sku__in=named).values_list("sku", "pk"))
    before: dict[int, list[tuple[int, int, Decimal]]] = {pk: [] for pk in wanted}
    lines = OrderLine.objects.filter(order__in=wanted).order_by("pk")
    for one in lines:
        before[one.order_id].append((one.product_id, one.quantity, one.amount))
    after = {
        pk: [(products[one.sku], one.quantity, one.amount) for one in articles]
        for pk, articles in wanted.items()
    }
    changed = {pk for pk in wanted if before[pk] != after[pk]}
    OrderLine.objects.filter(order__in=changed).delete()
    OrderLine.objects.bulk_create(
        OrderLine(order_id=pk, product_id=product, quantity=quantity, amount=amount)
        for pk in sorted(changed)
        for product, quantity, amount in after[pk]
    )
    return changed


def _tell(new: Sequence[Order], changed: Sequence[Order]) -> None:
    entries = Entry.objects.bulk_create(
        Entry(
            customer_id=one.customer_id,
            kind="order.placed",
            channel=one.channel,
            direction=Entry.Direction.IN,
            occurred_at=one.placed_at,
            summary=_summary(one),
            source=TELLER,
            source_id=str(one.pk),
        )
        for one in new
    )
    if entries:
        recorded.send(Entry, entries=entries)
    by_pk = {str(one.pk): one for one in changed}
    told = list(Entry.objects.filter(source=TELLER, source_id__in=by_pk))
    for entry in told:
        order = by_pk[entry.source_id]
        entry.customer_id, entry.occurred_at, entry.summary = (
            order.customer_id,
            order.placed_at,
            _summary(order),
        )
    Entry.objects.bulk_update(told, ["customer", "occurred_at", "summary"])


def _summary(order: Order) -> str:
    return f"{order.external_id} · {money(order.amount, order.currency)}"


def _add_up(orders: Sequence[Order], former: Mapping[int, int]) -> None:
    """Brings the rollups and the last activity of everybody concerned up to date."""
    latest: dict[int, datetime | None] = {former[one.pk]: None for one in orders if one.pk in former}
    for one in orders:
        latest[one.customer_id] = max(latest.get(one.customer_id) or one.placed_at, one.placed_at)
    if not latest:
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS recorded_buyers")
        cursor.execute(
            "CREATE TEMPORARY TABLE recorded_buyers ON COMMIT DROP AS"
            " SELECT * FROM unnest(%s::bigint[]) AS buyers (customer_id)",
            [sorted(latest)],
        )
        rollups.refresh(cursor, "recorded_buyers")
    for customer, moment in latest.items():
        if moment:
            Customer.objects.filter(pk=customer, touched_at__lt=moment).update(touched_at=moment)
