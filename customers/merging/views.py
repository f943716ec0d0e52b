"""Which customers became part of this one, and taking that back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import done
from crm.lib.paging import keyset
from customers.merging import reading, services
from customers.merging.models import Merge
from customers.models import Customer


@require_GET
@needs("customer", "view")
def merges(request: UserRequest, pk: int) -> HttpResponse:
    customer = get_visible(Customer.objects.visible_to(request.user), pk)
    page = keyset(reading.merges_of(customer), "-pk", request.GET.get("cursor", ""))
    context = {"customer": customer, "page": page, "may_undo": may_undo(request, customer)}
    return render(request, "merging/list.html", context)


@require_GET
@needs("customer", "view")
def merge(request: UserRequest, pk: int, merge_pk: int) -> HttpResponse:
    """What the merge did, what changed since, and what taking it back would return."""
    customer = get_visible(Customer.objects.visible_to(request.user), pk)
    found = get_visible(reading.merges_of(customer), merge_pk)
    return _page(request, customer, found)


@require_POST
@needs("customer", "merge")
def undo(request: UserRequest, pk: int, merge_pk: int) -> HttpResponse:
    customer = get_visible(Customer.objects.visible_to(request.user, "merge"), pk)
    found = get_visible(reading.merges_of(customer), merge_pk)
    try:
        services.undo(found, by=request.user, despite="despite" in request.POST)
    except services.ChangedSince:
        # From a button elsewhere: nobody has seen yet what came since.
        return _look_first(request, customer, found)
    name = found.absorbed.name
    messages.success(request, _("%(name)s is a customer of its own again.") % {"name": name})
    return done(request, reverse("merging:merge", args=[customer.pk, found.pk]))


def may_undo(request: UserRequest, customer: Customer) -> bool:
    rows = Customer.objects.visible_to(request.user, "merge")
    return request.user.may("customer", "merge") and rows.filter(pk=customer.pk).exists()


def _look_first(request: UserRequest, customer: Customer, found: Merge) -> HttpResponse:
    address = reverse("merging:merge", args=[customer.pk, found.pk])
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _page(request: UserRequest, customer: Customer, found: Merge) -> HttpResponse:
    context = {
        "customer": customer,
        "story": reading.story(found, request.user),
        "since": None if found.undone_at else services.changes_since(found),
        "may_undo": not found.undone_at and may_undo(request, customer),
    }
    return render(request, "merging/merge.html", context)
