"""One custom field of one customer: what stands there, and the form to change it."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import BadInput
from crm.lib.htmx import offer_undo, render_part, wants_part
from customers.fields import definitions, storing
from customers.fields.definitions import Definition
from customers.fields.forms import OneValueForm
from customers.fields.kinds import shown
from customers.fields.panels import line
from customers.models import Customer


@require_http_methods(["GET", "POST"])
@needs("customer", "edit")
def value(request: UserRequest, pk: int, key: str) -> HttpResponse:
    """One row of the custom fields: to be read (`?read`), to be edited, and saved."""
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    definition = definitions.by_key(definitions.edited_by(request.user)).get(key)
    if definition is None:
        raise Http404
    stored = storing.values_of(customer).get(key)
    if request.method == "POST":
        return _save(request, customer, definition, stored)
    form = None if "read" in request.GET else OneValueForm(None, definition=definition, value=stored)
    return _row(request, customer, definition, stored, form=form)


def _save(request: UserRequest, customer: Customer, definition: Definition, stored: Any) -> HttpResponse:
    form = OneValueForm(request.POST, definition=definition, value=stored)
    if not form.is_valid():
        if "was" in form.errors:
            raise BadInput(_("This form is damaged. Please open it again."))
        return _row(request, customer, definition, stored, form=form, asks=True, status=422)
    try:
        version = storing.correct(
            customer, definition, form.value, was=form.cleaned_data["was"], by=request.user
        )
    except storing.ChangedMeanwhile as met:
        return _clash(request, customer, form, met.theirs)
    if version != customer.version:
        address = reverse("record:reversal", args=[customer.pk, version])
        offer_undo(request, _("Saved: %(field)s") % {"field": definition.label}, address)
    if not wants_part(request):
        return redirect("customers:detail", customer.pk)
    return _row(request, customer, definition, form.value)


def _clash(request: UserRequest, customer: Customer, form: OneValueForm, theirs: Any) -> HttpResponse:
    """The form again with what was typed; whoever saves now has seen what stands there."""
    again = OneValueForm(None, definition=form.definition, value=theirs)
    again.initial[form.bound.name] = form.value
    clash = shown(form.definition, theirs) or "–"
    return _row(request, customer, form.definition, theirs, form=again, asks=True, clash=clash, status=422)


def _row(
    request: UserRequest,
    customer: Customer,
    definition: Definition,
    stored: Any,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    shown_line = line(definition, stored, request.user, may_edit=True)
    context = {"customer": customer, "line": shown_line, "definition": definition, **more}
    return render_part(request, "fields/value.html", "row", context, status=status)
