"""Facts about coupons: who redeemed them, who still has one."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.offers.models import Coupon, Offer, Redemption
from segments.facts import ALWAYS_FILLED, Group, Kind, Test, register
from segments.rows import Having, Pool, Repeated, fact, times

MOST_CHOICES = 300
REDEMPTIONS = Pool(lambda: Redemption.objects.standing().exclude(customer=None))


def register_all() -> None:
    more = {"of": Kind.RECORD, "choices": _offers}
    found = Repeated(REDEMPTIONS, _of, "at", times)
    register(fact("offers.redeemed", _("Coupons redeemed"), Group.CAMPAIGNS, Kind.TIMES, found, **more))
    register(
        fact(
            "offers.unused",
            _("Has an unused coupon of"),
            Group.CAMPAIGNS,
            Kind.RECORD,
            Having(
                lambda test: Coupon.objects.filter(offer__in=test.value, used_at=None, customer__isnull=False)
            ),
            choices=_offers,
            without=ALWAYS_FILLED,
        )
    )


def _of(test: Test) -> Q:
    return Q(offer__in=test.value.of) if test.value.of else Q()


def _offers() -> Sequence[tuple[int, str]]:
    return list(Offer.objects.order_by("-created_at", "-pk").values_list("pk", "name")[:MOST_CHOICES])
