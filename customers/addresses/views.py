"""The addresses of one customer. They follow the customer: who may see or change it, may do so with them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import add_event, render_part, wants_part
from customers.addresses import reading, services
from customers.addresses.forms import AddressForm
from customers.addresses.models import Address
from customers.models import Customer

CHANGED = "addresses-changed"


@require_GET
@needs("customer", "view")
def addresses(request: UserRequest, pk: int) -> HttpResponse:
    return _page(request, get_visible(Customer.objects.visible_to(request.user), pk))


@require_http_methods(["GET", "POST"])
@needs("customer", "edit")
def new(request: UserRequest, pk: int) -> HttpResponse:
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.add(customer, form.cleaned_data, by=request.user)
        return _changed(request, customer, _("The address was added."))
    return _form(request, customer, form, None)


@require_http_methods(["GET", "POST"])
@needs("customer", "edit")
def edit(request: UserRequest, pk: int, address_pk: int) -> HttpResponse:
    address = _editable(request, pk, address_pk)
    form = AddressForm(request.POST or None, instance=address)
    if request.method == "POST" and form.is_valid():
        services.change(address, form.cleaned_data, by=request.user)
        return _changed(request, address.customer, _("Your changes were saved."))
    return _form(request, address.customer, form, address)


@require_POST
@needs("customer", "edit")
def removal(request: UserRequest, pk: int, address_pk: int) -> HttpResponse:
    address = _editable(request, pk, address_pk)
    services.remove(address, by=request.user)
    return _changed(request, address.customer, _("The address was removed."))


@require_POST
@needs("customer", "edit")
def main(request: UserRequest, pk: int, address_pk: int) -> HttpResponse:
    address = _editable(request, pk, address_pk)
    services.make_main(address, by=request.user)
    return _changed(request, address.customer, _("This is the main address now."))


@require_POST
@needs("customer", "reveal")
def reveal(request: UserRequest, pk: int, address_pk: int) -> HttpResponse:
    """The recipient's phone in this one answer only."""
    rows = Address.objects.visible_to(request.user, "reveal").filter(customer=pk)
    address = get_visible(rows.select_related("customer"), address_pk)
    phone = services.reveal(address, by=request.user)
    if wants_part(request):
        return render(request, "addresses/_phone.html", {"phone": phone})
    return _page(request, address.customer, revealed={address.pk: phone})


def _editable(request: UserRequest, pk: int, address_pk: int) -> Address:
    rows = Address.objects.visible_to(request.user, "edit").filter(customer=pk)
    return get_visible(rows.select_related("customer"), address_pk)


def _changed(request: UserRequest, customer: Customer, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    if not wants_part(request):
        return redirect("addresses:list", customer.pk)
    customer.refresh_from_db()
    return add_event(_page(request, customer), CHANGED)


def _page(
    request: UserRequest, customer: Customer, *, revealed: dict[int, str] | None = None
) -> HttpResponse:
    may = {
        action: request.user.may("customer", action)
        and Customer.objects.visible_to(request.user, action).filter(pk=customer.pk).exists()
        for action in ("edit", "reveal")
    }
    found = [(one, (revealed or {}).get(one.pk, "")) for one in reading.cards(customer)]
    context = {"customer": customer, "addresses": found, "may": may}
    return render_part(request, "addresses/list.html", "addresses", context)


def _form(
    request: UserRequest, customer: Customer, form: AddressForm, address: Address | None
) -> HttpResponse:
    status = 422 if form.is_bound else 200
    context = {"customer": customer, "form": form, "address": address}
    return render_part(request, "addresses/edit.html", "form", context, status=status)
