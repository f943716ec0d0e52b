"""The customer list, and what is done to customers. Their own page is in customers.profile."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.accounts.models import User
from crm.lib.htmx import render_part, wants_part
from customers import conditions, form_parts, services, walking
from customers.bulk import actions
from customers.forms import CustomerForm, HintForm
from customers.identity.likeness import Alike, alike
from customers.listing import Listing
from customers.lists.bar import bar
from customers.matching.likeness import similar
from customers.models import Customer
from customers.profile import page_of


@require_GET
@needs("customer", "view")
def customer_list(request: UserRequest) -> HttpResponse:
    listing = Listing(request.user, request.GET)
    may = {one: request.user.may("customer", one) for one in ("create", "delete", "export")}
    context: dict[str, Any] = {"listing": listing, "may": may, "actions": actions.all_for(request.user)}
    context["saved"] = kept = bar(request.user, listing)
    if kept.first and not request.GET:
        return redirect(f"{reverse('customers:list')}?{kept.first.address}")
    if name := conditions.editor():
        context["editor"] = reverse(name)
    context["origin"] = walking.reference(QueryDict(listing.address))
    return render_part(request, "customers/list.html", "results", context)


@require_GET
@needs("customer", "view")
def count(request: UserRequest) -> HttpResponse:
    """How many customers the list at this address has; asked for once the list itself is there."""
    listing = Listing(request.user, request.GET)
    return render(
        request,
        "customers/_count.html",
        {"listing": listing, "actions": actions.all_for(request.user)},
    )


@require_GET
@needs("customer", "view")
def columns(request: UserRequest) -> HttpResponse:
    """What the list may show and how; asked for when somebody wants to choose."""
    return render(request, "customers/_columns.html", {"listing": Listing(request.user, request.GET)})


@require_GET
@needs("customer", "view")
def filter_menu(request: UserRequest, key: str) -> HttpResponse:
    """The choices of one filter; asked for when its menu is opened."""
    menu = Listing(request.user, request.GET).menu(key)
    if menu is None:
        raise Http404
    return render(request, "customers/_filter.html", {"menu": menu})


@require_POST
@needs("customer", "reveal")
def reveal(request: UserRequest, pk: int) -> HttpResponse:
    """The full contact, in this one answer only: nothing remembers that it was shown but the audit log."""
    customer = get_visible(Customer.objects.visible_to(request.user, "reveal"), pk)
    field = request.POST.get("field", "")
    value = services.reveal(customer, field, by=request.user)
    if wants_part(request):
        return render(request, "customers/_revealed.html", {"field": field, "value": value})
    return page_of(request, pk, revealed={field: value})


@require_http_methods(["GET", "POST"])
@needs("customer", "create")
def new(request: UserRequest) -> HttpResponse:
    form = CustomerForm(request.POST or None, user=request.user)
    parts = form_parts.build(request.POST or None, request.user)
    like = None
    if request.method == "POST" and form.is_valid() & parts.are_valid():
        fields = form.cleaned_data
        like = alike(request.user, phone=fields["phone"], email=fields["email"])
        if not like or request.POST.get("confirmed"):
            customer = _create(fields, parts, by=request.user)
            messages.success(request, _("The customer was created."))
            return redirect("customers:detail", customer.pk)
    context = {"form": form, "parts": parts, "alike": like}
    return render(request, "customers/new.html", context, status=422 if request.method == "POST" else 200)


@transaction.atomic
def _create(fields: Mapping[str, Any], parts: form_parts.Parts, *, by: User) -> Customer:
    customer = services.create(fields, by=by)
    parts.save(customer, by=by, counted=True)
    return customer


@require_POST
@needs("customer", "create")
def duplicates(request: UserRequest) -> HttpResponse:
    """A POST that changes nothing: what is typed into the form must not stand in an address."""
    form = HintForm(request.POST)
    beside = [int(pk)] if (pk := request.POST.get("beside", "")).isdecimal() else []
    context = hint(form, beside, request.user) if form.is_valid() else {}
    return render(request, "customers/_alike.html", context)


def hint(form: HintForm, beside: list[int], user: User) -> dict[str, Alike]:
    """Who has the phone or e-mail already, and beside them who is similar."""
    told = form.cleaned_data
    known = alike(user, phone=told["phone"], email=told["email"], beside=beside)
    others = [*beside, *known.pks]
    return {"alike": known, "similar": similar(user, form.said, company=told["company"], beside=others)}
