"""Two offers: codes of their own for good customers, some of them redeemed, and one word for newcomers."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Sum

from channels.offers import codes, giving
from channels.offers.models import Coupon, Offer, Redemption
from channels.offers.redeeming import SOURCE
from crm.accounts.models import User
from crm.demo.conversing import touch
from customers.orders.models import Order
from customers.timeline.models import Entry

NAME = "金秋会员八五折"
CODES, GIVEN, REDEEMED, SHARED = 3000, 180, 56, 24


def run(*, until: datetime, marketing: User, clerk: User) -> None:
    if Offer.objects.filter(name=NAME).exists():
        return
    own = Offer.objects.create(
        name=NAME,
        gives="percent",
        percent=15,
        minimum=100,
        most_each=1,
        starts_at=until - timedelta(days=28),
        ends_at=until + timedelta(days=30),
        codes_wanted=CODES,
        created_by=marketing,
    )
    codes.make_waiting(own.pk)
    word = Offer.objects.create(
        name="新客立减 30 元",
        gives="amount",
        amount=30,
        minimum=99,
        is_stackable=True,
        codes="shared",
        starts_at=until - timedelta(days=60),
        created_by=marketing,
    )
    codes.share(word, "WELCOME30")
    bought = Order.objects.counted().filter(amount__gte=100, placed_at__gt=until - timedelta(days=27))
    orders = list(bought.order_by("-placed_at", "-pk").select_related("customer")[: GIVEN + SHARED])
    buyers = {one.customer_id: one for one in orders[SHARED:]}
    giving.give(own.pk, sorted(buyers))
    coupons = Coupon.objects.filter(offer=own, customer__in=list(buyers)[:REDEEMED])
    pairs = [(one, buyers[one.customer_id]) for one in coupons if one.customer_id]
    shared = word.coupons.get()
    _redeem([*pairs, *((shared, order) for order in orders[:SHARED])], clerk, until)


def _redeem(pairs: Iterable[tuple[Coupon, Order]], clerk: User, until: datetime) -> None:
    rows = [
        Redemption(
            offer_id=coupon.offer_id,
            coupon=coupon,
            customer_id=order.customer_id,
            order_source=order.source,
            order_number=order.external_id,
            basket=order.amount,
            discount=Decimal(30) if coupon.customer_id is None else round(order.amount * 15 / 100, 2),
            is_single=coupon.customer_id is not None,
            key=f"demo {order.pk}",
            by=clerk,
            at=min(order.placed_at, until),
        )
        for coupon, order in pairs
    ]
    made = Redemption.objects.bulk_create(rows)
    for one in made:
        if one.is_single:
            given = one.at - timedelta(days=2)
            Coupon.objects.filter(pk=one.coupon_id).update(used_at=one.at, given_at=given)
    for offer in Offer.objects.filter(redemptions__in=made).distinct():
        sums = offer.redemptions.aggregate(revenue=Sum("basket"), cost=Sum("discount"))
        Offer.objects.filter(pk=offer.pk).update(uses=offer.redemptions.count(), **sums)
    touch({one.customer_id: one.at for one in sorted(made, key=lambda one: one.at) if one.customer_id})
    Entry.objects.bulk_create([_entry(one) for one in made])


def _entry(one: Redemption) -> Entry:
    return Entry(
        customer_id=one.customer_id or 0,
        kind="coupon.redeemed",
        channel=Entry.Channel.STORE,
        occurred_at=one.at,
        summary=f"{one.offer} · {one.order_number}",
        actor=one.by,
        source=SOURCE,
        source_id=f"{one.pk}.coupon.redeemed",
    )
