"""Redeems a code exactly once, and takes it back.

Whoever redeems holds the offer's row: limits, sums and the code itself change together, however many tills
ask at the same moment. What a till asks again under the same key gets the same answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.offers import codes
from channels.offers.judging import Basket, NotGood, discount
from channels.offers.models import Coupon, Offer, Redemption
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib import locks
from customers.models import Customer
from customers.timeline import services as timeline
from customers.timeline.models import Entry

SOURCE = "coupon"


@dataclass(frozen=True)
class Purchase:
    """For which order a code is redeemed, and the key under which that is asked."""

    source: str
    number: str
    basket: Basket
    key: str
    customer: int | None = None


def find(typed: str) -> Coupon:
    """The code somebody typed or scanned. Raises NotGood."""
    return find_all([typed])[0]


def find_all(typed: Sequence[str]) -> list[Coupon]:
    """Several codes, looked for at once. Raises NotGood when one of them is none."""
    wanted = [codes.normal(one) for one in typed]
    possible = {one for one in wanted if codes.is_drawn(one) or codes.SHARED.fullmatch(one)}
    rows = Coupon.objects.select_related("offer__product", "offer__segment").filter(code__in=possible)
    found = {one.code: one for one in rows} if possible.issuperset(wanted) else {}
    if not found.keys() >= set(wanted):
        raise NotGood("unknown", _("There is no such code. Please look for a mistyped character."))
    return [found[one] for one in wanted]


@transaction.atomic
def redeem(known: Coupon, purchase: Purchase, *, by: User) -> Redemption:
    """Raises NotGood. The same key gives the same answer, and nothing is redeemed a second time."""
    locks.hold([f"coupons {purchase.source} {purchase.number}", f"coupons key {by.pk} {purchase.key}"])
    offer = Offer.objects.select_for_update(no_key=True, of=("self",))
    offer_now = offer.select_related("product", "segment").get(pk=known.offer_id)
    before = Redemption.objects.filter(by=by, key=purchase.key).select_related("offer", "coupon").first()
    if before:
        return _same(before, known, purchase)
    coupon = Coupon.objects.select_for_update(of=("self",)).get(pk=known.pk)
    coupon.offer = offer_now
    beside = Redemption.objects.standing().filter(order_source=purchase.source, order_number=purchase.number)
    taken = discount(
        coupon, purchase.basket, purchase.customer, [one.offer for one in beside.select_related("offer")]
    )
    return _write(coupon, purchase, taken, by=by)


@transaction.atomic
def take_back(redemption: Redemption, *, by: User) -> Redemption:
    """The order was cancelled: the code is good again. Asked twice, it is taken back once."""
    Offer.objects.select_for_update(no_key=True).get(pk=redemption.offer_id)
    now = timezone.now()
    if not Redemption.objects.standing().filter(pk=redemption.pk).update(taken_back_at=now):
        redemption.refresh_from_db()
        return redemption
    redemption.taken_back_at = now
    Coupon.objects.filter(pk=redemption.coupon_id).update(used_at=None)
    _count(redemption, -1)
    _tell(redemption, "coupon.taken_back", by=by)
    return redemption


def _same(before: Redemption, coupon: Coupon, purchase: Purchase) -> Redemption:
    said = (before.coupon_id, before.order_source, before.order_number)
    if said != (coupon.pk, purchase.source, purchase.number):
        raise NotGood("key", _("This key was used for another code or order."))
    return before


def _write(coupon: Coupon, purchase: Purchase, taken: Decimal, *, by: User) -> Redemption:
    now = timezone.now()
    made = Redemption.objects.create(
        offer=coupon.offer,
        coupon=coupon,
        customer_id=coupon.customer_id or purchase.customer,
        order_source=purchase.source,
        order_number=purchase.number,
        basket=purchase.basket.amount,
        discount=taken,
        is_single=coupon.offer.is_unique,
        key=purchase.key,
        by=by,
        at=now,
    )
    if coupon.offer.is_unique:
        # Also a code that nobody was given has an owner now, whoever that is.
        Coupon.objects.filter(pk=coupon.pk).update(used_at=now, given_at=coupon.given_at or now)
    _count(made, 1)
    _tell(made, "coupon.redeemed", by=by)
    return made


def _count(redemption: Redemption, sign: int) -> None:
    Offer.objects.filter(pk=redemption.offer_id).update(
        uses=F("uses") + sign,
        revenue=F("revenue") + sign * redemption.basket,
        cost=F("cost") + sign * redemption.discount,
    )


def _tell(redemption: Redemption, kind: str, *, by: User) -> None:
    audit.record(kind, redemption, by=by, order=redemption.order_number, offer=redemption.offer_id)
    customer = Customer.objects.filter(pk=redemption.customer_id or 0).first()
    if customer is None:
        return
    timeline.record(
        customer,
        kind,
        summary=f"{redemption.offer} · {redemption.order_number}",
        channel=Entry.Channel.STORE,
        by=by,
        source=SOURCE,
        source_id=f"{redemption.pk}.{kind}",
    )
