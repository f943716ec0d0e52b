"""Coupons for tills and web shops: what a code gives for a basket, redeemed once, taken back."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from channels.offers import codes, guessing, judging, redeeming
from channels.offers.judging import Basket, Line, NotGood
from channels.offers.models import Coupon, Redemption
from channels.offers.redeeming import Purchase
from crm.accounts.http import get_visible
from crm.api.auth import ApiRequest, Bearer, asked_by
from crm.api.errors import Answer
from crm.api.fields import Amount, Body, Currency, Id, Key, Line80, Source
from customers.api import ingesting
from customers.api.touchpoints import WhomIn, whom_of, words_of
from customers.merging import chain

router = Router(tags=[gettext_noop("Coupons")])
READ, WRITE = Bearer("coupons:read"), Bearer("coupons:write")
Code = Annotated[str, Field(min_length=1, max_length=60)]


class BasketLineIn(Body):
    sku: Annotated[Key, Field(max_length=64)]
    quantity: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    amount: Amount


class BasketIn(Body):
    """What is about to be bought; `amount` is what it comes to, without shipping."""

    amount: Amount
    currency: Currency = settings.DEFAULT_CURRENCY
    shipping: Amount = Decimal(0)
    lines: Annotated[list[BasketLineIn], Field(max_length=500)] = []


class CheckIn(Body):
    code: Code
    basket: BasketIn
    customer: WhomIn | None = None
    others: Annotated[list[Code], Field(max_length=10)] = []


class CheckOut(BaseModel):
    """Whether the code is good, what it takes off, and otherwise why not: for programs and in words."""

    good: bool
    discount: Decimal
    gives: Literal["percent", "amount", "product", "shipping", ""] = ""
    product: str = ""
    offer: str = ""
    reason: str = ""
    words: str = ""


class RedeemIn(Body):
    """`key` is of the till's choosing. Sent again, it gets the same answer and redeems nothing more."""

    code: Code
    source: Source
    number: Key
    basket: BasketIn
    key: Annotated[Line80, Field(min_length=1)]
    customer: WhomIn | None = None


class RedemptionOut(BaseModel):
    id: int
    code: str
    offer: str
    source: str
    number: str
    discount: Decimal
    redeemed_at: datetime
    taken_back_at: datetime | None


@router.post(
    "/coupons/check",
    response=CheckOut,
    auth=READ,
    summary=gettext_noop("Say what a code gives for a basket"),
    description=gettext_noop("Changes nothing. `others` are codes that are used for the same order."),
)
def check_coupon(request: HttpRequest, asked: CheckIn) -> CheckOut:
    asker = asked_by(request)
    customer = _customer(asker, asked.customer)
    try:
        coupon, *others = _find(asker, asked.code, *asked.others)
        beside = [one.offer for one in others]
        found = judging.discount(coupon, _basket(asked.basket), customer, beside)
    except NotGood as no:
        return CheckOut(good=False, discount=Decimal(0), reason=no.code, words=str(no))
    offer = coupon.offer
    sku = offer.product.sku if offer.product and offer.gives == offer.Gives.PRODUCT else ""
    said = {"gives": offer.gives, "product": sku, "offer": offer.name, "words": judging.says(offer)}
    return CheckOut.model_validate({"good": True, "discount": found, **said})


@router.post(
    "/coupons/redemptions",
    response={201: RedemptionOut},
    auth=WRITE,
    summary=gettext_noop("Redeem a code for an order"),
)
def redeem_coupon(request: HttpRequest, asked: RedeemIn) -> Status[dict[str, Any]]:
    asker = asked_by(request)
    customer = _customer(asker, asked.customer)
    try:
        (coupon,) = _find(asker, asked.code)
        basket = _basket(asked.basket)
        purchase = Purchase(asked.source, asked.number, basket, asked.key, customer)
        made = redeeming.redeem(coupon, purchase, by=asker.user)
    except NotGood as no:
        raise Answer(409, str(no), code=f"coupon_{no.code}") from None
    return Status(201, _shown(made))


@router.delete(
    "/coupons/redemptions/{int:pk}",
    response=RedemptionOut,
    auth=WRITE,
    summary=gettext_noop("Take a redemption back, such as of a cancelled order"),
)
def take_back_coupon(request: HttpRequest, pk: Id) -> dict[str, Any]:
    asker = asked_by(request)
    rows = Redemption.objects.visible_to(asker.user, "edit").select_related("offer", "coupon")
    return _shown(redeeming.take_back(get_visible(rows, pk), by=asker.user))


def _find(asker: ApiRequest, *typed: str) -> list[Coupon]:
    who = f"token-{asker.token.pk}"
    try:
        guessing.guard(who)
        return redeeming.find_all(typed)
    except guessing.TooMany as no:
        raise Answer(429, str(no), code="too_many_wrong_codes") from None
    except NotGood:
        guessing.wrong(who)
        raise


def _customer(asker: ApiRequest, whom: WhomIn | None) -> int | None:
    if whom is None:
        return None
    with connection.cursor() as cursor:
        (found,) = ingesting.find(cursor, [whom_of(whom)], by=asker.user)
    if isinstance(found, str):
        raise Answer(422, words_of(found), field="customer")
    return chain.current(found)


def _basket(said: BasketIn) -> Basket:
    lines = tuple(Line(one.sku, one.quantity, one.amount) for one in said.lines)
    return Basket(said.amount, lines, said.shipping, said.currency)


def _shown(made: Redemption) -> dict[str, Any]:
    return {
        "id": made.pk,
        "code": codes.shown(made.coupon.code),
        "offer": made.offer.name,
        "source": made.order_source,
        "number": made.order_number,
        "discount": made.discount,
        "redeemed_at": made.at,
        "taken_back_at": made.taken_back_at,
    }
