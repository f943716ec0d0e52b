"""One custom field of one customer: what stands there, and the form to change it."""

import json
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import BadInput
from crm.lib.htmx import render_part, wants_part
from customers.fields import definitions, storing
from customers.fields.definitions import Definition
from customers.fields.forms import OneValueForm
from customers.fields.kinds import shown
from customers.fields.panels import line
from customers.models import Customer


@require_http_methods(["GET", "POST"])
@needs("customer", "edit")
def value(request: UserRequest, pk: int, key: str) -> HttpResponse:
    """The form of one field; with `cancel` in the address, what it was opened from."""
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    definition = _definition(request, key)
    stored = storing.values_of(customer).get(key)
    if request.method == "POST":
        return _save(request, customer, definition, stored)
    if "cancel" in request.GET and wants_part(request):
        return _line(request, customer, definition, stored)
    form = OneValueForm(None, definition=definition, value=stored)
    return _form(request, customer, form)


def _save(request: UserRequest, customer: Customer, definition: Definition, stored: Any) -> HttpResponse:
    form = OneValueForm(request.POST, definition=definition, value=stored)
    if not form.is_valid():
        if "was" in form.errors:
            raise BadInput(_("This form is damaged. Please open it again."))
        return _form(request, customer, form, status=422)
    was = form.cleaned_data["was"]
    try:
        changed = storing.correct(customer, definition, form.value, was=was, by=request.user)
    except storing.ChangedMeanwhile as clash:
        again = OneValueForm(None, definition=definition, value=clash.theirs)
        # What was typed stays in the box; whoever saves again has seen what stands there.
        again.initial[form.bound.name] = form.value
        return _form(request, customer, again, clash=shown(definition, clash.theirs) or "–", status=422)
    if not wants_part(request):
        messages.success(request, _("Your changes were saved."))
        return redirect("customers:detail", customer.pk)
    may_undo = changed and not (was is None and definition.is_required)
    return _line(request, customer, definition, form.value, undo=_inputs(was) if may_undo else [])


def _definition(request: UserRequest, key: str) -> Definition:
    found = definitions.by_key(definitions.edited_by(request.user)).get(key)
    if found is None:
        raise Http404
    return found


def _line(
    request: UserRequest,
    customer: Customer,
    definition: Definition,
    stored: Any,
    *,
    undo: Sequence[str] = (),
) -> HttpResponse:
    """`undo` are the inputs that would bring back what stood there."""
    shown_line = line(definition, stored, request.user, may_edit=True)
    context = {"customer": customer, "line": shown_line, "undo": undo, "now": json.dumps(stored)}
    return render(request, "fields/_line.html", context)


def _inputs(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else ["" if value is None else str(value)]


def _form(
    request: UserRequest, customer: Customer, form: OneValueForm, *, clash: str = "", status: int = 200
) -> HttpResponse:
    context = {"customer": customer, "form": form, "definition": form.definition, "clash": clash}
    return render_part(request, "fields/value.html", "form", context, status=status)
