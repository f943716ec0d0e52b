"""The offers, and one of them with what it brought."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels.offers import judging, services
from channels.offers.coupon_views import named
from channels.offers.forms import CodesForm, NewOfferForm, OfferForm
from channels.offers.models import Offer, Redemption
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib import charts
from crm.lib.errors import Refused
from crm.lib.paging import keyset
from segments.facts import start_of

DAYS = 30


@require_GET
@needs("offer", "view")
def offer_list(request: UserRequest) -> HttpResponse:
    rows = Offer.objects.visible_to(request.user).select_related("product")
    page = keyset(rows, "-created_at", request.GET.get("cursor", ""))
    context = {
        "page": page,
        "rows": [(one, judging.says(one)) for one in page.rows],
        "may_create": request.user.may("offer", "create"),
        "may_check": request.user.may("coupon", "view"),
    }
    return render(request, "offers/list.html", context)


@require_http_methods(["GET", "POST"])
@needs("offer", "create")
def new(request: UserRequest) -> HttpResponse:
    form = NewOfferForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        offer = form.save(commit=False)
        services.begin(offer, number=data["number"] or 0, word=data["word"], by=request.user)
        messages.success(request, _("The offer is ready."))
        return redirect("offers:detail", offer.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "offers/edit.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@needs("offer", "edit")
def edit(request: UserRequest, pk: int) -> HttpResponse:
    offer = _to_edit(request, pk)
    form = OfferForm(request.POST or None, user=request.user, instance=offer)
    if request.method == "POST" and form.is_valid():
        services.change(form.save(commit=False), by=request.user)
        messages.success(request, _("Your changes were saved."))
        return redirect("offers:detail", pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "offers/edit.html", {"form": form, "offer": offer}, status=status)


@require_GET
@needs("offer", "view")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    rows = Offer.objects.visible_to(request.user).select_related("product", "segment")
    offer = get_visible(rows, pk)
    found = (
        Redemption.objects.visible_to(request.user).filter(offer=offer).select_related("coupon", "customer")
    )
    page = keyset(found, "-at", request.GET.get("cursor", ""), size=20)
    context = {
        "offer": offer,
        "says": judging.says(offer),
        "given": services.given(offer) if offer.is_unique else None,
        "word": services.word(offer),
        "share": offer.cost / offer.revenue if offer.revenue else None,
        "chart": _chart(request, offer),
        "page": page,
        "redemptions": named(request.user, page.rows),
        "may_edit": request.user.may("offer", "edit"),
        "form": CodesForm(),
    }
    return render(request, "offers/detail.html", context)


@require_POST
@needs("offer", "edit")
def code_order(request: UserRequest, pk: int) -> HttpResponse:
    offer, form = _to_edit(request, pk), CodesForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Say how many codes are to be made."))
    services.order_codes(offer, form.cleaned_data["number"], by=request.user)
    messages.success(request, _("The codes are being made."))
    return redirect("offers:detail", pk)


@require_POST
@needs("offer", "edit")
def stop(request: UserRequest, pk: int) -> HttpResponse:
    services.stop(_to_edit(request, pk), by=request.user)
    messages.success(request, _("The offer is stopped. None of its codes gives anything now."))
    return redirect("offers:detail", pk)


@require_POST
@needs("offer", "edit")
def resumption(request: UserRequest, pk: int) -> HttpResponse:
    services.resume(_to_edit(request, pk), by=request.user)
    messages.success(request, _("The offer goes on."))
    return redirect("offers:detail", pk)


def _to_edit(request: UserRequest, pk: int) -> Offer:
    rows = Offer.objects.visible_to(request.user, "edit").select_related("product", "segment")
    return get_visible(rows, pk)


def _chart(request: UserRequest, offer: Offer) -> charts.Chart | None:
    """Redeemed per day, of the last days."""
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    rows = (
        Redemption.objects.visible_to(request.user).standing().filter(offer=offer, at__gte=start_of(days[0]))
    )
    counted = dict(rows.values_list(TruncDate("at")).annotate(number=Count("pk")))
    if not counted:
        return None
    series = charts.Series(_("Redeemed"), [counted.get(day, 0) for day in days])
    return charts.stacked(_("Redeemed per day"), [f"{day:%m-%d}" for day in days], [series])
