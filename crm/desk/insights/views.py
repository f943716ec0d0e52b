"""Pages over figures that were counted before. Nothing here counts while somebody waits for a page."""

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crm.accounts.http import UserRequest, needs
from crm.accounts.policy import Scope
from crm.audit import services as audit
from crm.desk.insights import counting as counter
from crm.desk.insights import reports
from crm.desk.insights.models import Figures
from crm.lib.downloads import csv_download


@require_GET
@needs("insight", "view")
def page(request: UserRequest, name: str) -> HttpResponse:
    report = reports.find(name)
    figures = counter.standing(report.key, request.user)
    context = _shown(request, report, figures) | {"is_fresh": counter.is_fresh(figures)}
    return render(request, "insights/page.html", context)


@require_GET
@needs("insight", "view")
def counting(request: UserRequest, name: str) -> HttpResponse:
    """The figures alone, for a page that came up before they were counted; or that they are still counted."""
    report = _report(name)
    stands = counter.catch_up(counter.standing(report.key, request.user))
    figures = counter.standing(report.key, request.user)
    context = _shown(request, report, figures) | {"is_fresh": stands, "waits": True}
    return render(request, "insights/_figures.html", context)


@require_GET
@needs("insight", "export")
def table(request: UserRequest, name: str, sheet: str) -> HttpResponseBase:
    report = _report(name)
    counter.catch_up(counter.standing(report.key, request.user))
    figures = counter.standing(report.key, request.user)
    if not figures.counted_at:
        raise Http404
    found = {one.key: one for one in report.show(figures.data, request.GET)[0]}.get(sheet)
    if found is None:
        raise Http404
    audit.record("insight.exported", by=request.user, page=report.key, table=sheet)
    return csv_download(f"{report.key}-{sheet}-{figures.counted_at:%Y-%m-%d}.csv", found.plain)


def _report(name: str) -> reports.Report:
    if name not in reports.KEYS:
        raise Http404
    return reports.find(name)


def _shown(request: UserRequest, report: reports.Report, figures: Figures) -> dict[str, Any]:
    user = request.user
    context: dict[str, Any] = {
        "report": report,
        "reports": reports.REPORTS,
        "figures": figures,
        "body": f"insights/_{report.key}.html",
        "sees_all": user.scope("customer", "view") is Scope.ALL,
        "may_export": user.may("insight", "export"),
        "query": request.GET.urlencode(),
    }
    if figures.counted_at:
        sheets, parts = report.show(figures.data, request.GET)
        context |= parts | {"sheets": {one.key: one for one in sheets}}
    return context
