"""Deleting customers and bringing them back."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import done, offer_undo, render_part, wants_part
from crm.lib.paging import keyset
from customers import services
from customers.models import Customer


@require_POST
@needs("customer", "delete")
def deletion(request: UserRequest, pk: int) -> HttpResponse:
    customer = get_visible(Customer.objects.visible_to(request.user, "delete"), pk)
    services.remove(customer, by=request.user)
    offer_undo(request, _("The customer was deleted."), reverse("record:restoration", args=[pk]))
    return redirect("customers:list")


@require_GET
@needs("customer", "delete")
def deleted(request: UserRequest) -> HttpResponse:
    """Who was deleted lately, by whom, and may be brought back by this colleague."""
    rows = Customer.objects.restorable_by(request.user).select_related("owner", "deleted_by")
    page = keyset(rows, "-deleted_at", request.GET.get("cursor", ""))
    return render_part(request, "record/deleted.html", "results", {"page": page})


@require_POST
@needs("customer", "delete")
def restoration(request: UserRequest, pk: int) -> HttpResponse:
    customer = get_visible(Customer.objects.restorable_by(request.user), pk)
    services.restore(customer, by=request.user)
    offer_undo(request, _("The customer is back."), reverse("customers:deletion", args=[pk]))
    return done(request, reverse("customers:detail", args=[pk]))


def or_was_deleted(
    view: Callable[[UserRequest, int], HttpResponseBase],
) -> Callable[[UserRequest, int], HttpResponseBase]:
    """A link to a deleted customer says so to those who may restore it. For others there is nothing."""

    @wraps(view)
    def asked(request: UserRequest, pk: int) -> HttpResponseBase:
        try:
            return view(request, pk)
        except Http404:
            if wants_part(request) or not request.user.may("customer", "delete"):
                raise
            customer = get_visible(Customer.objects.restorable_by(request.user), pk)
            return render(request, "record/was_deleted.html", {"customer": customer}, status=404)

    return asked
