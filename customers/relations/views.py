"""The relations of one customer: seen by whoever sees it, changed by whoever may change it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import add_event, render_part, wants_part
from customers.models import Customer
from customers.relations import forms, reading, services
from customers.relations.models import FORWARD, Relation

CHANGED = "relations-changed"
# So many people of an organisation are named here; the list of customers has them all.
MOST_PEOPLE = 50


@require_http_methods(["GET", "POST"])
@needs("customer", "view")
def relations(request: UserRequest, pk: int) -> HttpResponse:
    action = "edit" if request.method == "POST" else "view"
    customer = get_visible(Customer.objects.visible_to(request.user, action), pk)
    if request.method == "GET":
        return _page(request, customer, forms.RelationForm(user=request.user, customer=customer))
    form = forms.RelationForm(request.POST, user=request.user, customer=customer)
    if not form.is_valid():
        return _page(request, customer, form, status=422)
    kind, _colon, direction = form.cleaned_data["role"].partition(":")
    other: Customer = form.cleaned_data["customer"]
    one, two = (customer, other) if direction == FORWARD else (other, customer)
    services.relate(one, two, kind, by=request.user)
    return _changed(request, customer, _("The relation was added."))


@require_POST
@needs("customer", "edit")
def removal(request: UserRequest, pk: int, relation_pk: int) -> HttpResponse:
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    relation = get_visible(Relation.objects.visible_to(request.user).of(customer), relation_pk)
    services.part(relation, by=request.user)
    return _changed(request, customer, _("The relation was removed."))


@require_GET
@needs("customer", "edit")
def candidates(request: UserRequest, pk: int) -> HttpResponse:
    """What to offer for what is being typed."""
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    asked = request.GET.get("other_text", "")
    found = forms.find(request.user, customer, asked)
    return render(request, "relations/_candidates.html", {"found": found, "asked": asked.strip()})


def _changed(request: UserRequest, customer: Customer, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    if not wants_part(request):
        return redirect("relations:list", customer.pk)
    form = forms.RelationForm(user=request.user, customer=customer)
    return add_event(_page(request, customer, form), CHANGED)


def _page(
    request: UserRequest, customer: Customer, form: forms.RelationForm, *, status: int = 200
) -> HttpResponse:
    editable = Customer.objects.visible_to(request.user, "edit").filter(pk=customer.pk)
    is_place = customer.kind == Customer.Kind.ORGANISATION
    context = {
        "customer": customer,
        "rows": reading.rows(customer, request.user),
        "people": reading.staff(customer, request.user, MOST_PEOPLE) if is_place else [],
        "may_edit": request.user.may("customer", "edit") and editable.exists(),
        "form": form,
    }
    return render_part(request, "relations/list.html", "relations", context, status=status)
