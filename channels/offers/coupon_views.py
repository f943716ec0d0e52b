"""Checks a code at the counter, redeems it for an order, takes that back."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from channels.offers import codes, guessing, judging, redeeming
from channels.offers.forms import CheckForm, RedeemForm
from channels.offers.judging import Basket, NotGood
from channels.offers.models import Coupon, Redemption
from channels.offers.redeeming import Purchase
from crm.accounts.http import UserRequest, get_visible, needs
from crm.accounts.models import User
from crm.lib.errors import Refused
from customers import naming
from customers.models import Customer

# Orders that are typed at this page are known by this name.
SOURCE = "counter"
SHOWN = 5


@dataclass(frozen=True)
class Named:
    """A redemption, and whose it is as far as one may know."""

    row: Redemption
    name: str
    is_known: bool

    @property
    def code(self) -> str:
        return codes.shown(self.row.coupon.code)


@require_http_methods(["GET", "POST"])
@needs("coupon", "view")
def check(request: UserRequest) -> HttpResponse:
    form = CheckForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        context |= _told(request, form.cleaned_data["code"], form.cleaned_data["amount"])
    return render(request, "offers/check.html", context)


@require_POST
@needs("coupon", "edit")
def redemption(request: UserRequest) -> HttpResponse:
    form = RedeemForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Type the code, the order number and what the order comes to."))
    data = form.cleaned_data
    basket = Basket(data["amount"], is_picked=True)
    asked = Purchase(SOURCE, data["number"].replace("\x00", ""), basket, f"counter {data['key']}")
    made = redeeming.redeem(_find(request, data["code"]), asked, by=request.user)
    text = _("Redeemed: %(discount)s off this order.") % {"discount": made.discount}
    messages.success(request, text)
    return redirect("offers:check")


@require_POST
@needs("coupon", "edit")
def taking_back(request: UserRequest, pk: int) -> HttpResponse:
    rows = Redemption.objects.visible_to(request.user, "edit").select_related("offer", "coupon")
    redeeming.take_back(get_visible(rows, pk), by=request.user)
    messages.success(request, _("Taken back. The code is good again."))
    return redirect("offers:check")


def named(user: User, rows: Iterable[Redemption]) -> list[Named]:
    """At the counter everybody sees what was redeemed, but names only of customers whom they may see."""
    shown = list(rows)
    known = naming.known(user, (one.customer_id for one in shown))
    return [
        Named(one, naming.shown(str(one.customer or ""), is_known=is_known), is_known)
        for one in shown
        for is_known in [one.customer_id in known]
    ]


def _told(request: UserRequest, typed: str, amount: Decimal | None) -> dict[str, Any]:
    """What there is to say about a code; with an amount, what it gives for that."""
    try:
        coupon = _find(request, typed)
    except NotGood as no:
        return {"no": str(no)}
    before = (
        Redemption.objects.visible_to(request.user).filter(coupon=coupon).select_related("coupon", "customer")
    )
    told: dict[str, Any] = {
        "coupon": coupon,
        "code": codes.shown(coupon.code),
        "says": judging.says(coupon.offer),
        "before": named(request.user, before.order_by("-at")[:SHOWN]),
        "owner": Customer.objects.visible_to(request.user).filter(pk=coupon.customer_id or 0).first(),
        "may_redeem": request.user.may("coupon", "edit"),
        "key": uuid4(),
    }
    try:
        judging.check(coupon, coupon.customer_id)
        if amount is not None:
            basket = Basket(amount, is_picked=True)
            told["discount"] = judging.discount(coupon, basket, coupon.customer_id)
    except NotGood as no:
        told["no"] = str(no)
    return told | {"amount": amount}


def _find(request: UserRequest, typed: str) -> Coupon:
    who = f"user-{request.user.pk}"
    guessing.guard(who)
    try:
        return redeeming.find(typed)
    except NotGood:
        guessing.wrong(who)
        raise
