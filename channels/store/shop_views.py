"""The shops themselves: where they are and when they are open."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from channels.store.forms import ShopForm
from channels.store.models import Shop
from crm.accounts.http import UserRequest, needs
from crm.audit import services as audit


@require_GET
@needs("store", "view")
def shops(request: UserRequest) -> HttpResponse:
    context = {
        "shops": Shop.objects.order_by("-is_open", "name"),
        "may_configure": request.user.may("store", "configure"),
    }
    return render(request, "store/shops.html", context)


@require_http_methods(["GET", "POST"])
@needs("store", "configure")
def new_shop(request: UserRequest) -> HttpResponse:
    return _edited(request, ShopForm(request.POST or None))


@require_http_methods(["GET", "POST"])
@needs("store", "configure")
def shop(request: UserRequest, pk: int) -> HttpResponse:
    return _edited(request, ShopForm(request.POST or None, instance=get_object_or_404(Shop, pk=pk)))


def _edited(request: UserRequest, form: ShopForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        audit.record("shop.saved", saved, by=request.user)
        messages.success(request, _("Your changes were saved."))
        return redirect("store:shops")
    return render(request, "store/shop.html", {"form": form}, status=422 if request.POST else 200)
