"""Changing a customer: field by field where they stand, in the whole form, and back again."""

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
from crm.lib.errors import BadInput
from crm.lib.htmx import add_event, done, offer_undo, render_part, wants_part
from crm.lib.paging import keyset
from customers import form_parts, organisations, services
from customers.forms import CustomerForm
from customers.models import Customer
from customers.record import facts, history
from customers.record.clashes import as_of
from customers.record.models import Change
from customers.record.undoing import ChangedSince, undo

PAGE = 60
# What the page hears, so that its parts can follow.
CHANGED = "details-changed"


@require_http_methods(["GET", "POST"])
@needs("customer", "edit")
def field(request: UserRequest, pk: int, name: str) -> HttpResponse:
    """One row of the details: to be read (`?read`), to be edited, and saved."""
    rows = Customer.objects.visible_to(request.user, "edit").select_related("owner", "team")
    customer = get_visible(rows, pk)
    if name not in facts.ROWS:
        raise Http404
    if request.method == "POST":
        return _save_field(request, customer, name)
    if "read" in request.GET:
        return _row(request, customer, name)
    return _row(request, customer, name, {"form": _field_form(request, customer, name)})


def _save_field(request: UserRequest, customer: Customer, name: str) -> HttpResponse:
    version = version_of(request)
    form = _field_form(request, as_of(customer, version), name, request.POST)
    if not form.is_valid():
        return _row(request, customer, name, {"form": form, "version": version, "asks": True}, status=422)
    try:
        saved = services.update(
            customer, form.changes(), version=version, by=request.user, source=Change.Source.INLINE
        )
    except services.EditedMeanwhile as met:
        clashes = history.differences(met.clashes, request.user)
        context = {"form": form, "asks": True, "clashes": clashes}
        return _row(request, customer, name, context, status=422)
    tell_saved(request, saved, facts.ROWS[name][0])
    if not wants_part(request):
        return redirect("customers:detail", customer.pk)
    also = {facts.key_of(changed) for changed in form.changes()} - {name}
    response = _row(request, saved, name, {"also": also})
    return add_event(response, CHANGED) if form.changes() else response


def _field_form(
    request: UserRequest, customer: Customer, name: str, data: QueryDict | None = None
) -> CustomerForm:
    form = facts.field_form(customer, name, request.user, data)
    if form is None:
        raise Http404
    return form


def _row(
    request: UserRequest,
    customer: Customer,
    name: str,
    more: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The row, and with it those of other fields that the change brought along."""
    also = (more or {}).get("also", ())
    row, *others = sorted(
        facts.rows(customer, request.user, may_edit=True, keys=[name, *also]), key=lambda one: one.key != name
    )
    context = {
        "customer": customer,
        "row": row,
        "others": others,
        "version": customer.version,
        **(more or {}),
    }
    context["may"] = {"reveal": request.user.may("customer", "reveal")}
    return render_part(request, "record/field.html", "field", context, status=status)


@require_http_methods(["GET", "POST"])
@needs("customer", "edit")
def edit(request: UserRequest, pk: int) -> HttpResponse:
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    if request.method == "GET":
        form = CustomerForm(instance=customer, user=request.user)
        parts = form_parts.build(None, request.user, customer)
        context = {"form": form, "parts": parts, "customer": customer, "version": customer.version}
        return render(request, "customers/edit.html", context)
    version = version_of(request)
    parts = form_parts.build(request.POST, request.user, customer)
    data = _chosen(request, customer, version)
    form = CustomerForm(data, instance=as_of(customer, version), user=request.user)
    context = {"form": form, "parts": parts, "customer": customer, "version": version}
    if form.is_valid() & parts.are_valid():
        try:
            saved = _save(customer, form, parts, version=version, by=request.user)
        except services.EditedMeanwhile as met:
            context |= _both_words(request, customer, form, met)
        else:
            tell_saved(request, saved)
            return redirect("customers:detail", pk)
    return render(request, "customers/edit.html", context, status=422)


@transaction.atomic
def _save(
    customer: Customer, form: CustomerForm, parts: form_parts.Parts, *, version: int, by: User
) -> Customer:
    """The customer's own fields and those of its parts, as one save."""
    saved = services.update(customer, form.changes(), version=version, by=by)
    saved.version = parts.save(saved, by=by, counted=saved.version != customer.version)
    return saved


def _chosen(request: UserRequest, customer: Customer, version: int) -> QueryDict:
    """What was typed, except where the other person's value was chosen."""
    kept = [key.removeprefix("keep_") for key, value in request.POST.items() if value == "theirs"]
    theirs = CustomerForm(instance=as_of(customer, version), user=request.user)
    return _filled_in(request.POST, theirs, [name for name in kept if name in theirs.fields])


def _both_words(
    request: UserRequest, customer: Customer, form: CustomerForm, met: services.EditedMeanwhile
) -> dict[str, Any]:
    """The form again, with what they saved wherever this person typed nothing, and the clashes.

    It now speaks of the present version: whoever saves again has seen both.
    """
    present = Customer.objects.visible_to(request.user, "edit").get(pk=customer.pk)
    fresh = CustomerForm(instance=present, user=request.user)
    untouched = [name for name in form.fields if name not in form.changed_data]
    again = CustomerForm(_filled_in(form.data, fresh, untouched), instance=present, user=request.user)
    clashes = history.differences(met.clashes, request.user)
    return {"form": again, "version": present.version, "clashes": clashes}


def _filled_in(data: Mapping[str, Any], form: CustomerForm, names: list[str]) -> QueryDict:
    """`data` with the values that `form` shows for the fields `names`."""
    filled = QueryDict(mutable=True)
    filled.update({key: value for key, value in data.items() if not key.startswith("keep_")})
    for name in names:
        value = form[name].value()
        if isinstance(value, bool):
            filled.pop(name, None)
            if value:
                filled[name] = "on"
        else:
            filled[name] = "" if value is None else str(value)
        if name == "organisation":
            filled["organisation_text"] = form.organisation_name(value)
    return filled


def tell_saved(request: UserRequest, customer: Customer, what: Any = "") -> None:
    """Says that it was saved, if anything was, and offers to undo it."""
    mine = Change.objects.visible_to(request.user).filter(customer=customer, version=customer.version)
    if mine.filter(by=request.user).exists():
        url = reverse("record:reversal", args=[customer.pk, customer.version])
        text = _("Saved: %(field)s") % {"field": what} if what else _("Your changes were saved.")
        offer_undo(request, text, url)


@require_GET
@needs("customer", "view")
def changes(request: UserRequest, pk: int) -> HttpResponse:
    """Every change of the customer, newest first; `?field` shows those of one field."""
    customer = get_visible(Customer.objects.visible_to(request.user), pk)
    rows = Change.objects.visible_to(request.user).filter(customer=customer).select_related("by")
    asked = request.GET.get("field", "")
    if asked:
        rows = rows.filter(field__in=facts.members(asked))
    page = keyset(rows, "-version", request.GET.get("cursor", ""), size=PAGE)
    context = {
        "customer": customer,
        "page": page,
        "saves": history.saves(page.rows, request.user),
        "asked": asked,
        "choices": [(key, label) for key, (label, _icon) in facts.ROWS.items()],
        "may_edit": may_edit(request, customer),
    }
    return render_part(request, "record/changes.html", "results", context)


@require_GET
@needs("customer", "edit")
def change(request: UserRequest, pk: int, version: int) -> HttpResponse:
    """One save beside what holds now, to choose what is put back."""
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    rows = Change.objects.visible_to(request.user).filter(customer=customer, version=version)
    found = history.saves(rows.select_related("by").order_by("pk"), request.user, now_of=customer)
    if not found:
        raise Http404
    return render(request, "record/change.html", {"customer": customer, "save": found[0]})


@require_POST
@needs("customer", "edit")
def reversal(request: UserRequest, pk: int, version: int) -> HttpResponse:
    """Undoes a save. What was changed again since is only undone from the page that shows both."""
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    seen = version_of(request, "seen") if "seen" in request.POST else 0
    try:
        saved = undo(customer, version, by=request.user, only=request.POST.getlist("field"), seen=seen)
    except ChangedSince as since:
        address = reverse("record:change", args=[pk, version])
        messages.error(request, str(since))
        if wants_part(request):
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return redirect(address)
    offer_undo(request, _("It was undone."), reverse("record:reversal", args=[pk, saved.version]))
    return done(request, reverse("customers:detail", args=[pk]))


@require_GET
@needs("customer", "edit")
def organisation_options(request: UserRequest) -> HttpResponse:
    asked = request.GET.get("organisation_text", "")
    found = organisations.find(request.user, asked)
    return render(request, "record/_organisation_options.html", {"found": found, "asked": asked})


def may_edit(request: UserRequest, customer: Customer) -> bool:
    return Customer.objects.visible_to(request.user, "edit").filter(pk=customer.pk).exists()


def version_of(request: UserRequest, name: str = "version") -> int:
    version = request.POST.get(name, "")
    if not (version.isascii() and version.isdecimal()) or len(version) > 9:
        raise BadInput(_("This form is damaged. Please open it again."))
    return int(version)
