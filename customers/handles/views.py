"""The handles of one customer. They follow the customer: who may see or change it, may do so with them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import add_event, offer_undo, render_part, wants_part
from customers.handles import drawing, graph, reading, services
from customers.handles.forms import HandleForm
from customers.identity.models import Identity
from customers.models import Customer

CHANGED = "identities-changed"


@require_GET
@needs("customer", "view")
def identities(request: UserRequest, pk: int) -> HttpResponse:
    """Everything by which the customer is recognised: who said it, and who else has it."""
    customer = get_visible(Customer.objects.visible_to(request.user), pk)
    found = graph.of(customer, request.user)
    editable = Customer.objects.visible_to(request.user, "edit").filter(pk=pk)
    context = {
        "customer": customer,
        "graph": found,
        "picture": drawing.draw(found),
        "left_out": drawing.left_out(found),
        "may_edit": request.user.may("customer", "edit") and editable.exists(),
    }
    return render(request, "handles/graph.html", context)


@require_http_methods(["GET", "POST"])
@needs("customer", "view")
def handles(request: UserRequest, pk: int) -> HttpResponse:
    action = "edit" if request.method == "POST" else "view"
    customer = get_visible(Customer.objects.visible_to(request.user, action), pk)
    form = HandleForm(request.POST or None)
    if request.method == "GET":
        return _page(request, customer, form)
    if not form.is_valid():
        return _page(request, customer, form, status=422)
    said = form.cleaned_data
    services.add(customer, said["kind"], said["value"], scope=said["scope"], by=request.user)
    messages.success(request, _("The handle was added."))
    return _changed(request, customer)


@require_POST
@needs("customer", "edit")
def verification(request: UserRequest, pk: int, identity_pk: int) -> HttpResponse:
    identity = _identity(request, pk, identity_pk, "edit")
    services.verify(identity, by=request.user)
    messages.success(request, _("The handle is marked as verified."))
    return _changed(request, identity.profile.customer)


@require_POST
@needs("customer", "edit")
def detachment(request: UserRequest, pk: int, identity_pk: int) -> HttpResponse:
    identity = _identity(request, pk, identity_pk, "edit")
    services.detach(identity, by=request.user)
    undo = reverse("handles:attachment", args=[pk, identity_pk])
    offer_undo(request, _("The handle was detached. What the source said is kept."), undo)
    return _changed(request, identity.profile.customer)


@require_POST
@needs("customer", "edit")
def attachment(request: UserRequest, pk: int, identity_pk: int) -> HttpResponse:
    identity = _identity(request, pk, identity_pk, "edit")
    services.attach(identity, by=request.user)
    messages.success(request, _("The handle is attached again."))
    return _changed(request, identity.profile.customer)


@require_POST
@needs("customer", "reveal")
def reveal(request: UserRequest, pk: int, identity_pk: int) -> HttpResponse:
    """The whole handle in this one answer only."""
    identity = _identity(request, pk, identity_pk, "reveal")
    value = services.reveal(identity, by=request.user)
    if wants_part(request):
        return render(request, "handles/_value.html", {"value": value})
    return _page(request, identity.profile.customer, HandleForm(), revealed={identity.pk: value})


def _identity(request: UserRequest, pk: int, identity_pk: int, action: str) -> Identity:
    rows = Identity.objects.visible_to(request.user, action).filter(profile__customer=pk)
    return get_visible(rows.select_related("profile__customer"), identity_pk)


def _changed(request: UserRequest, customer: Customer) -> HttpResponse:
    if not wants_part(request):
        page = "handles:graph" if request.POST.get("next") == "graph" else "handles:list"
        return redirect(page, customer.pk)
    return add_event(_page(request, customer, HandleForm()), CHANGED)


def _page(
    request: UserRequest,
    customer: Customer,
    form: HandleForm,
    *,
    revealed: dict[int, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    may = {
        action: request.user.may("customer", action)
        and Customer.objects.visible_to(request.user, action).filter(pk=customer.pk).exists()
        for action in ("edit", "reveal")
    }
    context = {
        "customer": customer,
        "handles": [(one, (revealed or {}).get(one.pk, "")) for one in reading.attached(customer)],
        "detached": reading.detached(customer),
        "may": may,
        "form": form,
    }
    return render_part(request, "handles/list.html", "handles", context, status=status)
