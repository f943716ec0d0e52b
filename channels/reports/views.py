"""Service reports: one page of figures, the conversations behind each, and files of them."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from channels.inbox.models import Conversation
from channels.reports import figures, pages, rating
from channels.reports.drill import DrillForm
from channels.reports.models import Refresh
from channels.reports.periods import PRESETS, PeriodForm, teams_of
from crm.accounts.http import UserRequest, get_visible, needs
from crm.audit import services as audit
from crm.lib.downloads import csv_download
from crm.lib.htmx import no_content, render_part
from crm.lib.paging import keyset

RELATED = ("conversation__customer", "conversation__assignee", "conversation__team")
TABLES: dict[str, Callable[[figures.Report], list[list[str]]]] = {
    "days": pages.days_table,
    "hours": pages.hours_table,
    "teams": lambda report: pages.table(report.teams, report, _("Team")),
    "people": lambda report: pages.table(report.people, report, _("Colleague")),
}


@require_GET
@needs("report", "view")
def service(request: UserRequest) -> HttpResponse:
    user = request.user
    asked = PeriodForm(request.GET, user=user).asked()
    report = figures.load(user, asked)
    context: dict[str, Any] = {
        "asked": asked,
        "presets": PRESETS,
        "choices": teams_of(user),
        "refreshed": Refresh.objects.values_list("at", flat=True).first(),  # no customer data
        "may_export": user.may("report", "export"),
        "clock": "" if asked.by_clock else "open",
        **pages.page(report, leads=user.may("conversation", "view")),
    }
    return render_part(request, "reports/service.html", "figures", context)


@require_GET
@needs("report", "view")
def conversations(request: UserRequest) -> HttpResponse:
    """Those behind one figure, as far as one may see them."""
    user = request.user
    rows, order, asked = DrillForm(request.GET, user=user).rows(user)
    page = keyset(rows, order, request.GET.get("cursor", ""), related=RELATED)
    context = {"page": page, "rows": page.rows, "asked": asked}
    return render_part(request, "reports/conversations.html", "results", context)


@require_GET
@needs("report", "export")
def table(request: UserRequest, name: str) -> HttpResponseBase:
    """One of the page's tables as a file."""
    if name not in TABLES:
        raise Http404
    asked = PeriodForm(request.GET, user=request.user).asked()
    audit.record("report.exported", by=request.user, table=name, first=str(asked.first), last=str(asked.last))
    rows = TABLES[name](figures.load(request.user, asked))
    return csv_download(f"{name}-{asked.first}-{asked.last}.csv", rows)


@require_GET
@needs("conversation", "view")
def ask(request: UserRequest, pk: int) -> HttpResponse:
    """Beside the composer: the words that ask for a rating, or the rating that was given."""
    rows = Conversation.objects.visible_to(request.user).select_related("rating", "customer")
    found = get_visible(rows, pk)
    context = {"conversation": found, "rating": getattr(found, "rating", None), "text": rating.words(found)}
    return render(request, "reports/_ask.html", context)


@require_POST
@needs("conversation", "edit")
def asking(request: UserRequest, pk: int) -> HttpResponse:
    """The words were put into the answer."""
    rating.ask(get_visible(Conversation.objects.visible_to(request.user, "edit"), pk))
    return no_content(request)
