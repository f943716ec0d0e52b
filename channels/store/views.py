"""The counter of a shop: what is to be prepared, what waits, what was fetched."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from channels.store import reading, services
from channels.store.forms import CounterForm, ExpectForm, FindForm, HandOutForm
from channels.store.models import Pickup, Shop
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import BadInput
from crm.lib.htmx import came_from, done, offer_undo, render_part
from crm.lib.paging import keyset
from customers.orders.models import Order

MOST_LINES = 50


@require_GET
@needs("store", "view")
def board(request: UserRequest) -> HttpResponse:
    shop = CounterForm(request.GET).chosen()
    context = _counter(request, shop) | {"board": reading.board(request.user, shop), "tab": "board"}
    return render_part(request, "store/board.html", "columns", context)


@require_GET
@needs("store", "view")
def pickup_list(request: UserRequest) -> HttpResponse:
    form = CounterForm(request.GET)
    shop, show = form.chosen(), form.shown()
    rows, order = reading.listed(reading.of_shop(Pickup.objects.visible_to(request.user), shop), show)
    related = ("order__customer", "shop", "by")
    page = keyset(rows, order, request.GET.get("cursor", ""), related=related)
    context = _counter(request, shop) | {
        "page": page,
        "cards": reading.cards(request.user, page.rows),
        "tab": show,
        "days": reading.LATE.days,
    }
    return render_part(request, "store/list.html", "results", context)


@require_GET
@needs("store", "view")
def find(request: UserRequest) -> HttpResponse:
    """One hit leads straight to its page, so that scanning is all one does."""
    typed = FindForm(request.GET).typed()
    found = reading.find(request.user, typed)
    if len(found.cards) == 1:
        return redirect("store:pickup", found.cards[0].pickup.pk)
    shop = CounterForm(request.GET).chosen()
    context = _counter(request, shop) | {"typed": typed, "found": found}
    return render(request, "store/found.html", context)


@require_GET
@needs("store", "view")
def pickup(request: UserRequest, pk: int) -> HttpResponse:
    rows = Pickup.objects.visible_to(request.user).select_related("order__customer", "shop", "by")
    found = get_visible(rows, pk)
    lines = found.order.lines.select_related("product").order_by("pk")[:MOST_LINES]
    context = _counter(request, None) | {"card": reading.cards(request.user, [found])[0], "lines": lines}
    return render_part(request, "store/pickup.html", "body", context)


@require_POST
@needs("store", "edit")
def new(request: UserRequest) -> HttpResponse:
    form = ExpectForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Choose the shop where the order will be fetched."))
    order = get_visible(Order.objects.visible_to(request.user), form.cleaned_data["order"])
    made = services.expect(order, form.cleaned_data["shop"], by=request.user)
    messages.success(request, _("The order will be fetched from %(shop)s.") % {"shop": made.shop})
    return redirect("store:pickup", made.pk)


@require_POST
@needs("store", "edit")
def readiness(request: UserRequest, pk: int) -> HttpResponse:
    if services.make_ready(_held(request, pk), by=request.user):
        messages.success(request, _("The order is ready, and the customer is told."))
    else:
        messages.warning(request, _("The order is ready. No channel allows telling the customer."))
    return _back(request)


@require_POST
@needs("store", "edit")
def handover(request: UserRequest, pk: int) -> HttpResponse:
    found, form = _held(request, pk), HandOutForm(request.POST)
    fetched_by = form.cleaned_data["fetched_by"] if form.is_valid() else ""
    services.hand_out(found, fetched_by=fetched_by, by=request.user)
    text = _("Order %(number)s was handed out.") % {"number": found.order.external_id}
    offer_undo(request, text, reverse("store:taking-back", args=[pk]))
    return _back(request)


@require_POST
@needs("store", "edit")
def taking_back(request: UserRequest, pk: int) -> HttpResponse:
    services.take_back(_held(request, pk), by=request.user)
    messages.success(request, _("The order waits on the counter again."))
    return done(request, came_from(request, "store:board"))


@require_POST
@needs("store", "edit")
def cancellation(request: UserRequest, pk: int) -> HttpResponse:
    services.cancel(_held(request, pk), by=request.user)
    messages.success(request, _("The order was cancelled."))
    return _back(request)


@require_POST
@needs("store", "edit")
def refund(request: UserRequest, pk: int) -> HttpResponse:
    services.refund(_held(request, pk), by=request.user)
    messages.success(request, _("The order was given back."))
    return _back(request)


@require_POST
@needs("store", "edit")
def reminder(request: UserRequest, pk: int) -> HttpResponse:
    if services.remind(_held(request, pk), by=request.user):
        messages.success(request, _("The customer is reminded."))
    else:
        messages.warning(request, _("No channel allows telling the customer."))
    return _back(request)


def _held(request: UserRequest, pk: int) -> Pickup:
    rows = Pickup.objects.visible_to(request.user, "edit").select_related("order", "shop")
    return get_visible(rows, pk)


def _back(request: UserRequest) -> HttpResponse:
    return redirect(came_from(request, "store:board"))


def _counter(request: UserRequest, shop: Shop | None) -> dict[str, object]:
    """What stands above every page of the counter."""
    return {
        "shops": Shop.objects.filter(is_open=True),  # no customer data
        "shop": shop,
        "may_edit": request.user.may("store", "edit"),
    }
