from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import BadInput
from crm.lib.htmx import render_part
from customers.models import Customer
from customers.timeline.models import Entry
from customers.touches import mentions, services
from customers.touches.forms import CallForm, MeetingForm


@require_POST
@needs("customer", "edit")
def notes(request: UserRequest, pk: int) -> HttpResponse:
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    services.note(customer, request.POST.get("body", ""), by=request.user)
    return redirect("customers:detail", pk)


@require_POST
@needs("customer", "edit")
def calls(request: UserRequest, pk: int) -> HttpResponse:
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    services.call(customer, cleaned(CallForm(request.POST)), by=request.user)
    return redirect("customers:detail", pk)


@require_POST
@needs("customer", "edit")
def meetings(request: UserRequest, pk: int) -> HttpResponse:
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    services.meeting(customer, cleaned(MeetingForm(request.POST)), by=request.user)
    return redirect("customers:detail", pk)


@require_http_methods(["GET", "POST"])
@needs("customer", "edit")
def note(request: UserRequest, pk: int, entry_pk: int) -> HttpResponse:
    """The form in which one corrects one's own note."""
    customer, entry = note_of(request, pk, entry_pk)
    if request.method == "POST":
        services.correct(entry, request.POST.get("body", ""), by=request.user)
        return redirect("customers:detail", pk)
    context = {"customer": customer, "entry": entry}
    return render_part(request, "touches/note.html", "form", context)


@require_POST
@needs("customer", "edit")
def note_deletion(request: UserRequest, pk: int, entry_pk: int) -> HttpResponse:
    _customer, entry = note_of(request, pk, entry_pk)
    services.take_back(entry, by=request.user)
    messages.success(request, _("The note was deleted."))
    return redirect("customers:detail", pk)


@require_POST
@needs("customer", "edit")
def pin(request: UserRequest, pk: int, entry_pk: int) -> HttpResponse:
    """Pins the note, or with `off` takes the pin out."""
    _customer, entry = note_of(request, pk, entry_pk)
    if request.POST.get("off"):
        services.unpin(entry)
    else:
        services.pin(entry, by=request.user)
    return redirect("customers:detail", pk)


@require_GET
@needs("customer", "edit")
def colleagues(request: UserRequest, pk: int) -> HttpResponse:
    """Whom one may mean by the letters after an @."""
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:40]
    return render(request, "touches/_colleagues.html", {"colleagues": mentions.offered(typed, customer)})


def note_of(request: UserRequest, pk: int, entry_pk: int) -> tuple[Customer, Entry]:
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    entries = Entry.objects.visible_to(request.user, "edit").filter(customer=customer)
    return customer, get_visible(entries, entry_pk)


def cleaned(form: forms.Form) -> dict[str, Any]:
    """What was typed; BadInput with the first complaint, so that what stands in the form stays there."""
    if not form.is_valid():
        name, complaints = next(iter(form.errors.items()))
        label = form.fields[name].label if name in form.fields else ""
        raise BadInput(f"{label}: {complaints[0]}" if label else complaints[0])
    return form.cleaned_data
