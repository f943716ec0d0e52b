"""Requests about data, erasure and retention, as colleagues handle them."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import BadInput
from crm.lib.htmx import render_part
from crm.lib.paging import keyset
from customers import retention
from customers.models import Customer
from customers.privacy import dossier, retaining, services, standing, wording
from customers.privacy.forms import AnswerForm, ErasureForm, RequestForm, RuleForm
from customers.privacy.models import Erasure, RetentionRule, RetentionRun, SubjectRequest

VIEWS = {"": "due_on", "overdue": "due_on", "all": "-received_at"}


@require_GET
@needs("privacy", "view")
def request_list(request: UserRequest) -> HttpResponse:
    view = request.GET.get("view", "")
    if view not in VIEWS:
        raise BadInput(_("There is no such view."))
    rows = SubjectRequest.objects.visible_to(request.user).select_related("customer", "handled_by")
    narrowed = {"": rows.open(), "overdue": rows.overdue(), "all": rows}[view]
    page = keyset(narrowed, VIEWS[view], request.GET.get("cursor", ""))
    context = {"page": page, "view": view, "may_configure": request.user.may("retention", "view")}
    return render_part(request, "privacy/list.html", "results", context)


@require_GET
@needs("privacy", "view")
def customer(request: UserRequest, pk: int) -> HttpResponse:
    """Everything about one customer's data: requests, restriction, erasure."""
    return _customer_page(request, pk)


@require_POST
@needs("privacy", "create")
def requests(request: UserRequest, pk: int) -> HttpResponse:
    found = get_visible(Customer.objects.visible_to(request.user), pk)
    form = RequestForm(request.POST, customer=found)
    if not form.is_valid():
        return _customer_page(request, pk, form, status=422)
    made = services.take_request(found, form.cleaned_data, by=request.user)
    messages.success(request, _("The request is noted, with the day until which it must be answered."))
    return redirect("privacy:request", made.pk)


@require_GET
@needs("privacy", "view")
def request_detail(request: UserRequest, pk: int) -> HttpResponse:
    return _request_page(request, pk, AnswerForm())


@require_POST
@needs("privacy", "edit")
def answer(request: UserRequest, pk: int) -> HttpResponse:
    found = get_visible(SubjectRequest.objects.visible_to(request.user, "edit"), pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _request_page(request, pk, form, status=422)
    services.answer(found, form.cleaned_data["status"], form.cleaned_data["answer"], by=request.user)
    messages.success(request, _("The answer is noted."))
    return redirect("privacy:request", pk)


@require_POST
@needs("privacy", "export")
def copy(request: UserRequest, pk: int) -> FileResponse:
    """The customer's own copy. A POST, because each one is on record."""
    found = get_visible(
        SubjectRequest.objects.visible_to(request.user, "export").select_related("customer"), pk
    )
    services.note_copy(found, by=request.user)
    file = dossier.as_zip(found.customer)
    response = FileResponse(file, as_attachment=True, filename=f"data-{found.customer_id}.zip")
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@needs("privacy", "edit")
def restriction(request: UserRequest, pk: int) -> HttpResponse:
    found = get_visible(Customer.objects.visible_to(request.user), pk)
    on = request.POST.get("on") == "1"
    services.restrict(found, on=on, by=request.user)
    messages.success(
        request, _("Restricted: nothing is sent any more.") if on else _("No longer restricted.")
    )
    return redirect("privacy:customer", pk)


@require_http_methods(["GET", "POST"])
@needs("privacy", "erase")
def erasure(request: UserRequest, pk: int) -> HttpResponse:
    """What would go and what would stay; typing the name does it."""
    found = get_visible(Customer.objects.visible_to(request.user), pk)
    form = ErasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        asked = services.ask_erasure(found, said["name"], said["why"], by=request.user)
        done = Erasure.objects.visible_to(request.user).filter(pk=asked.pk).exclude(done_at=None).exists()
        words = _("The customer was erased.") if done else _("A second person must now approve it.")
        messages.success(request, words)
        return redirect("privacy:customer", pk)
    context = {"customer": found, "form": form, "preview": standing.preview(found)}
    context["needs_two"] = settings.ERASURE_NEEDS_TWO
    return render(request, "privacy/erasure.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@needs("privacy", "approve")
def approval(request: UserRequest, pk: int) -> HttpResponse:
    found = get_visible(Customer.objects.visible_to(request.user), pk)
    services.approve_erasure(found, by=request.user)
    messages.success(request, _("The customer was erased."))
    return redirect("privacy:customer", pk)


@require_POST
@needs("privacy", "erase")
def cancellation(request: UserRequest, pk: int) -> HttpResponse:
    found = get_visible(Customer.objects.visible_to(request.user), pk)
    services.cancel_erasure(found, by=request.user)
    messages.success(request, _("The customer will not be erased."))
    return redirect("privacy:customer", pk)


@require_GET
@needs("retention", "view")
def retention_rules(request: UserRequest) -> HttpResponse:
    rules = {
        one.kind: one for one in RetentionRule.objects.visible_to(request.user).select_related("changed_by")
    }
    rows = [(kind, rules.get(kind.key)) for kind in retention.all_kinds()]
    runs = list(RetentionRun.objects.visible_to(request.user).order_by("-day")[:10])
    labels = {kind.key: kind.label for kind in retention.all_kinds()}
    nights = [(run, [(labels.get(key, key), number) for key, number in run.counts.items()]) for run in runs]
    context = {"rows": rows, "nights": nights, "may_configure": request.user.may("retention", "configure")}
    return render(request, "privacy/retention.html", context)


@require_POST
@needs("retention", "configure")
def retention_rule(request: UserRequest, key: str) -> HttpResponse:
    kind, form = _kind(key), RuleForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Please write a number of days, at least one."))
    services.set_rule(kind, form.cleaned_data["days"], on=form.cleaned_data["is_on"], by=request.user)
    messages.success(request, _("The rule is saved."))
    return redirect("privacy:retention")


@require_GET
@needs("retention", "view")
def retention_preview(request: UserRequest, key: str) -> HttpResponse:
    """The dry run: how many would go tonight, and some of them."""
    kind, form = _kind(key), RuleForm(request.GET)
    days = form.cleaned_data["days"] if form.is_valid() else kind.days
    context = {"kind": kind, "days": days, "preview": retaining.preview(kind, days)}
    return render_part(request, "privacy/retention_preview.html", "preview", context)


def _kind(key: str) -> retention.Kind:
    kind = retention.find(key)
    if kind is None:
        raise Http404
    return kind


def _customer_page(
    request: UserRequest, pk: int, form: RequestForm | None = None, *, status: int = 200
) -> HttpResponse:
    found = get_visible(Customer.objects.visible_to(request.user), pk)
    user = request.user
    waiting = Erasure.objects.visible_to(user).waiting().filter(customer=found).select_related("asked_by")
    asked = waiting.first()
    context: dict[str, Any] = {
        "customer": found,
        "form": form or RequestForm(customer=found),
        "requests": SubjectRequest.objects.visible_to(user).filter(customer=found).order_by("-pk")[:50],
        "protection": standing.protection_of(found),
        "asked": asked,
        "is_mine": asked is not None and asked.asked_by_id == user.pk,
        "may": {one: user.may("privacy", one) for one in ("create", "edit", "erase", "approve")},
    }
    return render(request, "privacy/customer.html", context, status=status)


def _request_page(request: UserRequest, pk: int, form: AnswerForm, *, status: int = 200) -> HttpResponse:
    rows = SubjectRequest.objects.visible_to(request.user)
    found = get_visible(rows.select_related("customer", "created_by", "handled_by"), pk)
    context = {
        "asked": found,
        "customer": found.customer,
        "form": form,
        "right": wording.right(found.law, found.kind),
        "deadline": wording.deadline(found.law),
        "may": {one: request.user.may("privacy", one) for one in ("edit", "export", "erase")},
    }
    return render(request, "privacy/request.html", context, status=status)
