"""Landing pages as marketing sees them: the list, the form, what came of each."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels.landing import figures, services
from channels.landing.forms import LandingPageForm, SubmissionFilter
from channels.landing.models import LandingPage, Submission
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import render_part
from crm.lib.paging import keyset


@require_GET
@needs("landing", "view")
def page_list(request: UserRequest) -> HttpResponse:
    rows = LandingPage.objects.visible_to(request.user)
    page = keyset(rows, "-created_at", request.GET.get("cursor", ""))
    numbers = figures.seen_and_sent([one.pk for one in page.rows])
    context = {
        "page": page,
        "rows": [(one, *numbers[one.pk]) for one in page.rows],
        "may_create": request.user.may("landing", "create"),
    }
    return render_part(request, "landing/list.html", "results", context)


@require_http_methods(["GET", "POST"])
@needs("landing", "create")
def new(request: UserRequest) -> HttpResponse:
    return _form(request, LandingPage(created_by=request.user))


@require_http_methods(["GET", "POST"])
@needs("landing", "edit")
def edit(request: UserRequest, pk: int) -> HttpResponse:
    return _form(request, get_visible(LandingPage.objects.visible_to(request.user, "edit"), pk))


@require_GET
@needs("landing", "view")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    page = get_visible(LandingPage.objects.visible_to(request.user).select_related("created_by"), pk)
    found = figures.results(page)
    context: dict[str, Any] = {
        "page": page,
        "results": found,
        "whole": found.whole,
        "headings": [(one, page.heading(one.variant)) for one in found.headings] if page.has_test else [],
        "chart": figures.by_day(page),
        "customers_url": figures.customers_url(page),
        "currency": settings.DEFAULT_CURRENCY,
        "may": {action: request.user.may("landing", action) for action in ("create", "edit", "send")},
    }
    return render(request, "landing/detail.html", context)


@require_GET
@needs("landing", "view")
def submissions(request: UserRequest, pk: int) -> HttpResponse:
    """Who sent something, the newest first, among the customers one may see."""
    page = get_visible(LandingPage.objects.visible_to(request.user), pk)
    asked = SubmissionFilter(request.GET).asked()
    rows = Submission.objects.visible_to(request.user).filter(page=page, **asked)
    rows = rows.select_related("customer", "campaign")
    context = {
        "landing": page,
        "asked": " · ".join(filter(None, asked.values())),
        "page": keyset(rows, "-at", request.GET.get("cursor", "")),
    }
    return render_part(request, "landing/submissions.html", "results", context)


@require_POST
@needs("landing", "send")
def publication(request: UserRequest, pk: int) -> HttpResponse:
    page = get_visible(LandingPage.objects.visible_to(request.user, "send"), pk)
    on = request.POST.get("on") == "1"
    services.publish(page, by=request.user, on=on)
    messages.success(request, _("The page is on the web.") if on else _("The page is no longer on the web."))
    return redirect("landing:detail", pk)


@require_POST
@needs("landing", "create")
def copies(request: UserRequest, pk: int) -> HttpResponse:
    page = get_visible(LandingPage.objects.visible_to(request.user), pk)
    return redirect("landing:edit", services.copy(page, by=request.user).pk)


@require_POST
@needs("landing", "edit")
def deletion(request: UserRequest, pk: int) -> HttpResponse:
    services.delete(get_visible(LandingPage.objects.visible_to(request.user, "edit"), pk), by=request.user)
    messages.success(request, _("The page was deleted."))
    return redirect("landing:list")


def _form(request: UserRequest, page: LandingPage) -> HttpResponse:
    form = LandingPageForm(request.POST or None, request.FILES or None, instance=page)
    if request.method == "POST" and form.is_valid():
        saved = services.save(form.save(commit=False), by=request.user)
        messages.success(request, _("The page was saved."))
        return redirect("landing:detail", saved.pk)
    context = {"form": form, "page": page if page.pk else None}
    return render(request, "landing/edit.html", context, status=422 if form.errors else 200)
