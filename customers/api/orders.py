"""Orders for programs: recorded by the shop's own number as often as it likes, read by customer."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field, model_validator

from crm.accounts.http import get_visible
from crm.accounts.models import User
from crm.api.auth import ApiRequest, Bearer, asked_by, sent
from crm.api.errors import Answer
from crm.api.fields import Amount, Body, Currency, Cursor, Id, Key, Limit, Line200, Moment, Question, Source
from crm.api.rows import Results, RowResult
from crm.lib.paging import keyset
from customers.api import ingesting
from customers.api.touchpoints import WhomIn, whom_of, words_of
from customers.merging import chain
from customers.orders import recording
from customers.orders.models import Order, OrderQuerySet

router = Router(tags=[gettext_noop("Orders")])
READ, WRITE = Bearer("orders:read"), Bearer("orders:write")
Channel = Literal["web", "store", "phone", "wechat", "whatsapp", "email", "sms", "chat", "event", "social"]
OrderStatus = Literal["ordered", "ready", "completed", "cancelled", "refunded"]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]


class ArticleIn(Body):
    sku: Annotated[Key, Field(max_length=64)]
    name: Line200 = ""
    quantity: Count = 1
    amount: Amount


class OrderIn(Body):
    """An order. Sent again, what is left out stays as it is."""

    customer: WhomIn
    placed_at: Moment
    amount: Amount
    currency: Currency = settings.DEFAULT_CURRENCY
    status: OrderStatus = "completed"
    channel: Channel = "web"
    refunded: Amount = Decimal(0)
    items: Count = 1
    articles: Annotated[list[ArticleIn], Field(max_length=200)] | None = None

    @model_validator(mode="after")
    def refunds_no_more_than_was_paid(self) -> "OrderIn":
        if self.refunded > self.amount:
            raise ValueError(words_of("refund_above_amount"))
        return self


class NumberedOrder(OrderIn):
    source: Source
    number: Key


class NumberedOrders(Body):
    items: Annotated[list[NumberedOrder], Field(min_length=1, max_length=100)]


class ArticleOut(BaseModel):
    sku: str
    name: str
    quantity: int
    amount: Decimal


class OrderOut(BaseModel):
    id: int
    customer: int
    source: str
    number: str
    status: str
    channel: str
    placed_at: datetime
    amount: Decimal
    refunded: Decimal
    currency: str
    items: int
    articles: list[ArticleOut]


class OrderPage(BaseModel):
    items: list[OrderOut]
    next: str | None


class OrderQuestion(Question):
    customer: Id | None = None
    limit: Limit = 50
    cursor: Cursor = ""


@router.get("/orders", response=OrderPage, auth=READ, summary=gettext_noop("List orders, newest first"))
def list_orders(request: HttpRequest, asked: Query[OrderQuestion]) -> dict[str, Any]:
    """By customer in the order in which they bought; without one, in the order in which they came in."""
    asker = asked_by(request, asked)
    orders = _orders(asker)
    if asked.customer:
        orders = orders.filter(customer=chain.current(asked.customer))
    page = keyset(orders, "-placed_at" if asked.customer else "-id", asked.cursor, size=asked.limit)
    sent(asker, len(page.rows))
    return {"items": _shown(page.rows), "next": page.next or None}


@router.get("/orders/{int:pk}", response=OrderOut, auth=READ, summary=gettext_noop("Read an order"))
def read_order(request: HttpRequest, pk: Id) -> dict[str, Any]:
    asker = asked_by(request)
    sent(asker, 1)
    return _shown([get_visible(_orders(asker), pk)])[0]


@router.get(
    "/orders/by-number/{source}/{path:number}",
    response=OrderOut,
    auth=READ,
    summary=gettext_noop("Read an order by the shop's number"),
)
def read_order_by_number(request: HttpRequest, source: Source, number: Key) -> dict[str, Any]:
    asker = asked_by(request)
    found = _orders(asker).filter(source=source, external_id=number).first()
    if found is None:
        raise Answer(404)
    sent(asker, 1)
    return _shown([found])[0]


@router.put(
    "/orders/by-number/{source}/{path:number}",
    response={200: OrderOut, 201: OrderOut},
    auth=WRITE,
    summary=gettext_noop("Record an order by the shop's number"),
)
def record_order(request: HttpRequest, source: Source, number: Key, asked: OrderIn) -> Status[dict[str, Any]]:
    asker = asked_by(request)
    with transaction.atomic():
        result = _record([(source, number, asked)], by=asker.user)[0]
        if result.status == "error":
            raise Answer(409 if result.code == "order_of_another" else 422, result.message, field="customer")
    order = get_visible(_orders(asker), result.id or 0)
    sent(asker, 1)
    return Status(201 if result.status == "created" else 200, _shown([order])[0])


@router.post("/orders/bulk", response=Results, auth=WRITE, summary=gettext_noop("Record up to 100 orders"))
def record_orders(request: HttpRequest, asked: NumberedOrders) -> Results:
    said = [(one.source, one.number, one) for one in asked.items]
    return Results(results=_record(said, by=asked_by(request).user))


def _orders(asker: ApiRequest) -> OrderQuerySet:
    return Order.objects.visible_to(asker.user).prefetch_related("lines__product")


@transaction.atomic
def _record(said: list[tuple[str, str, Any]], *, by: User) -> list[RowResult]:
    with connection.cursor() as cursor:
        buyers = ingesting.find(cursor, [whom_of(one.customer) for *_key, one in said], by=by)
    hidden = recording.hidden_from(by, [(source, number) for source, number, _one in said])
    reasons = [
        buyer if isinstance(buyer, str) else "order_of_another" if (source, number) in hidden else ""
        for (source, number, _one), buyer in zip(said, buyers, strict=True)
    ]
    purchases = [
        _purchase(*one, buyer)
        for one, buyer, reason in zip(said, buyers, reasons, strict=True)
        if isinstance(buyer, int) and not reason
    ]
    outcomes = recording.record(purchases) if purchases else {}
    return [
        _result(index, reason, outcomes.get((source, number)))
        for index, ((source, number, _one), reason) in enumerate(zip(said, reasons, strict=True))
    ]


def _purchase(source: str, number: str, asked: OrderIn, buyer: int) -> recording.Purchase:
    values = asked.model_dump(exclude={"customer", "articles", "source", "number"})
    said = {name: value for name, value in values.items() if name in asked.model_fields_set}
    if asked.articles is None:
        return recording.Purchase(buyer, source, number, said, values)
    articles = [
        recording.Article(one.sku, one.name or one.sku, one.quantity, one.amount) for one in asked.articles
    ]
    if articles:
        said.setdefault("items", sum(one.quantity for one in articles))
    return recording.Purchase(buyer, source, number, said, values, articles)


def _result(index: int, reason: str, outcome: tuple[int, str] | None) -> RowResult:
    if reason or outcome is None:
        return RowResult(index=index, status="error", code=reason, message=words_of(reason))
    return RowResult.model_validate({"index": index, "id": outcome[0], "status": outcome[1]})


def _shown(orders: Iterable[Order]) -> list[dict[str, Any]]:
    named = ("id", "source", "status", "channel", "placed_at", "amount", "refunded", "currency", "items")
    return [
        {
            **{name: getattr(one, name) for name in named},
            "customer": one.customer_id,
            "number": one.external_id,
            "articles": [
                {
                    "sku": line.product.sku,
                    "name": line.product.name,
                    "quantity": line.quantity,
                    "amount": line.amount,
                }
                for line in one.lines.all()
            ],
        }
        for one in orders
    ]
