"""What a code gives for a basket, or why it gives nothing, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from channels.offers.models import Coupon, Offer, Redemption
from crm.lib.errors import Refused
from crm.lib.money import CENT
from crm.lib.templatetags.ui import money
from customers.orders.models import Product
from segments import services as segments

# In full sentences: "7 p.m." would end them too early.
MOMENT = "Y-m-d H:i"


class NotGood(Refused):
    """The code gives nothing here. `code` is for programs, the words are for people."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True)
class Line:
    """So many of an article, and what they cost together."""

    sku: str
    quantity: int
    amount: Decimal


@dataclass(frozen=True)
class Basket:
    """What somebody is about to buy. `is_picked` says that a colleague has looked: the whole amount is
    of what the offer is about, and a product it gives is in it."""

    amount: Decimal
    lines: tuple[Line, ...] = ()
    shipping: Decimal = Decimal(0)
    currency: str = settings.DEFAULT_CURRENCY
    is_picked: bool = False


def discount(coupon: Coupon, basket: Basket, customer: int | None, others: Sequence[Offer] = ()) -> Decimal:
    """What the code takes off. Raises NotGood. `others` are the offers of codes used beside it."""
    check(coupon, customer, others)
    return _worth(coupon.offer, basket)


def check(coupon: Coupon, customer: int | None, others: Sequence[Offer] = ()) -> None:
    """Whether the code is good for anything at all now. Raises NotGood."""
    _check_offer(coupon.offer)
    _check_code(coupon, customer)
    _check_customer(coupon.offer, coupon, customer)
    _check_others(coupon.offer, others)


def says(offer: Offer) -> str:
    """What the offer gives, in a few words."""
    if offer.gives == Offer.Gives.PERCENT:
        return _("%(percent)s %% off") % {"percent": f"{(offer.percent or Decimal(0)).normalize():f}"}
    if offer.gives == Offer.Gives.AMOUNT:
        return _("%(amount)s off") % {"amount": money(offer.amount, settings.DEFAULT_CURRENCY)}
    if offer.gives == Offer.Gives.PRODUCT:
        return _("“%(product)s” for free") % {"product": offer.product}
    return _("Free shipping")


def _check_offer(offer: Offer) -> None:
    if offer.state == "stopped":
        raise NotGood("stopped", _("This offer was stopped."))
    if offer.state == "over":
        day = date_format(timezone.localtime(offer.ends_at), MOMENT)
        raise NotGood("over", _("This offer ended on %(day)s.") % {"day": day})
    if offer.state == "coming":
        day = date_format(timezone.localtime(offer.starts_at), MOMENT)
        raise NotGood("not_yet", _("This offer begins on %(day)s.") % {"day": day})
    if offer.most_in_all is not None and offer.uses >= offer.most_in_all:
        raise NotGood(
            "used_up",
            _("This offer is used up: it was good for %(most)d orders.") % {"most": offer.most_in_all},
        )


def _check_code(coupon: Coupon, customer: int | None) -> None:
    if coupon.offer.is_unique and coupon.used_at is not None:
        day = date_format(timezone.localtime(coupon.used_at), MOMENT)
        raise NotGood("redeemed", _("This code was redeemed on %(day)s.") % {"day": day})
    if coupon.customer_id and customer and coupon.customer_id != customer:
        raise NotGood("of_another", _("This code was given to another customer."))


def _check_customer(offer: Offer, coupon: Coupon, customer: int | None) -> None:
    whose = coupon.customer_id or customer
    # Whoever was given a code keeps it, though they may have left the segment since.
    if offer.segment and not coupon.customer_id:
        if whose is None:
            raise NotGood("who", _("This offer is for some customers only. Please say who the customer is."))
        if not segments.members(offer.segment).filter(pk=whose).exists():
            raise NotGood("not_meant", _("This offer is not for this customer."))
    if offer.most_each is None:
        return
    if whose is None:
        if offer.is_unique:
            return
        raise NotGood("who", _("This offer is limited per customer. Please say who the customer is."))
    used = Redemption.objects.standing().filter(offer=offer, customer=whose)[: offer.most_each].count()
    if used >= offer.most_each:
        raise NotGood("enough", _("This customer has used this offer as often as allowed."))


def _check_others(offer: Offer, others: Sequence[Offer]) -> None:
    if any(other.pk == offer.pk for other in others):
        raise NotGood("twice", _("A code of this offer is used for this order already."))
    alone = next((one for one in (offer, *others) if others and not one.is_stackable), None)
    if alone:
        raise NotGood("alone", _("“%(offer)s” cannot be used together with other codes.") % {"offer": alone})


def _worth(offer: Offer, basket: Basket) -> Decimal:
    if basket.currency != settings.DEFAULT_CURRENCY:
        raise NotGood(
            "currency",
            _("Codes are good for orders in %(currency)s.") % {"currency": settings.DEFAULT_CURRENCY},
        )
    counted = _counted(offer, basket)
    if (offer.skus or offer.categories) and not counted:
        raise NotGood("articles", _("Nothing in this basket counts for this offer."))
    if counted < offer.minimum:
        least = money(offer.minimum, settings.DEFAULT_CURRENCY)
        raise NotGood("minimum", _("This offer needs an order of at least %(amount)s.") % {"amount": least})
    if offer.gives == Offer.Gives.PERCENT:
        return (counted * (offer.percent or 0) / 100).quantize(CENT, ROUND_HALF_UP)
    if offer.gives == Offer.Gives.AMOUNT:
        return min(offer.amount or Decimal(0), counted)
    if offer.gives == Offer.Gives.SHIPPING:
        return basket.shipping
    return _gift(offer, basket)


def _counted(offer: Offer, basket: Basket) -> Decimal:
    """The part of the basket that the offer is about."""
    if basket.is_picked or not (offer.skus or offer.categories):
        return basket.amount
    named = set(offer.skus)
    in_categories = Product.objects.filter(
        sku__in={line.sku for line in basket.lines}, category__in=offer.categories
    )
    named |= set(in_categories.values_list("sku", flat=True))
    counted = sum((line.amount for line in basket.lines if line.sku in named), Decimal(0))
    return min(counted, basket.amount)


def _gift(offer: Offer, basket: Basket) -> Decimal:
    sku, price = (offer.product.sku, offer.product.price) if offer.product else ("", None)
    if basket.is_picked:
        return price or Decimal(0)
    for line in basket.lines:
        if line.sku == sku:
            return (line.amount / line.quantity).quantize(CENT, ROUND_HALF_UP)
    raise NotGood(
        "gift", _("Put “%(product)s” into the basket: this code pays for it.") % {"product": offer.product}
    )
