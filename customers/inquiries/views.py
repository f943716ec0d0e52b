"""Checking whether a customer is somebody's already, asking for a part in them, answering such questions."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import BadInput
from crm.lib.htmx import render_part
from crm.lib.paging import keyset
from customers.inquiries import checking, services
from customers.inquiries.forms import AnswerForm, AskForm, CheckForm
from customers.inquiries.models import Check, Inquiry, Match
from customers.models import Customer

PAGE = 25


@require_http_methods(["GET", "POST"])
@needs("inquiry", "create")
def check(request: UserRequest) -> HttpResponse:
    form = CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("inquiries:result", checking.check(form.said(), by=request.user).pk)
    return render(request, "inquiries/check.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@needs("inquiry", "create")
def result(request: UserRequest, pk: int) -> HttpResponse:
    asked = get_visible(Check.objects.visible_to(request.user), pk)
    context = {
        "check": asked,
        "found": checking.found(asked, request.user),
        "wishes": Inquiry.Wish.choices,
        "may_create": request.user.may("customer", "create"),
    }
    return render(request, "inquiries/result.html", context)


@require_POST
@needs("inquiry", "create")
def new(request: UserRequest, key: UUID) -> HttpResponse:
    matches = Match.objects.visible_to(request.user).select_related(
        "customer__owner", "customer__team", "check_of"
    )
    match = matches.filter(key=key).first()
    if match is None:
        raise Http404
    form = AskForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Please say in a sentence why you ask."))
    services.ask(match, **form.cleaned_data, by=request.user)
    messages.success(request, _("Your question was sent."))
    return redirect("inquiries:mine")


@require_GET
@needs("inquiry", "create")
def mine(request: UserRequest) -> HttpResponse:
    """What I asked, the latest first."""
    rows = Inquiry.objects.visible_to(request.user).filter(asked_by=request.user)
    page = keyset(rows.select_related("answered_by"), "-asked_at", request.GET.get("cursor", ""), size=PAGE)
    seen = Customer.objects.visible_to(request.user).in_bulk([one.customer_id for one in page.rows])
    context = {"page": page, "rows": [(one, seen.get(one.customer_id)) for one in page.rows]}
    return render_part(request, "inquiries/mine.html", "results", context)


@require_GET
@needs("inquiry", "edit")
def to_answer(request: UserRequest) -> HttpResponse:
    """What waits for my word, the most urgent first."""
    mine = Inquiry.objects.visible_to(request.user).answerable_by(request.user)
    rows = mine.select_related("customer", "asked_by")
    page = keyset(rows, "due_at", request.GET.get("cursor", ""), size=PAGE)
    return render_part(request, "inquiries/to_answer.html", "results", {"page": page})


@require_http_methods(["GET", "POST"])
@needs("inquiry", "view")
def inquiry(request: UserRequest, pk: int) -> HttpResponse:
    """One question, with the form to answer it for whoever may."""
    rows = Inquiry.objects.visible_to(request.user).select_related("customer", "asked_by", "answered_by")
    asked = get_visible(rows, pk)
    may_answer = rows.answerable_by(request.user).filter(pk=pk).exists()
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.answer(asked, **form.cleaned_data, by=request.user)
        messages.success(request, _("Your answer was sent."))
        return redirect("inquiries:inquiry" if asked.asked_by == request.user else "inquiries:to-answer")
    seen = Customer.objects.visible_to(request.user).filter(pk=asked.customer_id).first()
    context = {
        "inquiry": asked,
        "customer": seen,
        "form": form if may_answer else None,
        "is_mine": asked.asked_by == request.user,
    }
    return render(request, "inquiries/inquiry.html", context, status=422 if form.errors else 200)


@require_POST
@needs("inquiry", "create")
def withdrawal(request: UserRequest, pk: int) -> HttpResponse:
    asked = get_visible(Inquiry.objects.visible_to(request.user).filter(asked_by=request.user), pk)
    services.withdraw(asked, by=request.user)
    messages.success(request, _("You no longer ask."))
    return redirect("inquiries:mine")
