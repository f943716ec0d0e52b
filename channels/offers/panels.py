"""Coupons on the customer's page and timeline."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.offers import codes
from channels.offers.judging import says
from channels.offers.models import Coupon, Redemption
from channels.offers.redeeming import SOURCE
from crm.accounts.http import UserRequest
from crm.accounts.models import User
from crm.lib.templatetags.ui import money
from customers.models import Customer
from customers.panels import Panel
from customers.panels import register as register_panel
from customers.timeline import kinds, origins
from customers.timeline.models import Entry

SHOWN = 5


def register() -> None:
    register_panel(
        Panel(
            "coupons", gettext_lazy("Coupons"), "offers/_panel.html", load, needs=("coupon", "view"), order=46
        )
    )
    for name, words in (
        ("coupon.redeemed", gettext_lazy("Coupon redeemed")),
        ("coupon.taken_back", gettext_lazy("Coupon taken back")),
    ):
        kinds.register(name, kinds.Kind(words, "order", kinds.MARKETING))
    origins.register(SOURCE, gettext_lazy("Coupon"), origin)


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    rows = Coupon.objects.visible_to(request.user).filter(customer=customer)
    found = list(rows.select_related("offer__product").order_by("-given_at")[:SHOWN])
    if not found:
        return None
    may_open = request.user.may("offer", "view")
    return {"coupons": [(one, codes.shown(one.code), says(one.offer)) for one in found], "may_open": may_open}


def origin(user: User, entry: Entry) -> origins.Origin | None:
    number = entry.source_id.partition(".")[0]
    rows = Redemption.objects.visible_to(user).filter(customer=entry.customer_id)
    found = (
        rows.filter(pk=int(number)).select_related("offer", "coupon").first() if number.isdecimal() else None
    )
    if found is None:
        return None
    return origins.Origin(
        facts=[
            (_("Offer"), found.offer.name),
            (_("Code"), codes.shown(found.coupon.code)),
            (_("Order number"), found.order_number),
            (_("Discount"), money(found.discount, settings.DEFAULT_CURRENCY)),
        ]
    )
