from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.accounts.http import UserRequest, needs
from crm.lib.errors import BadInput
from crm.lib.htmx import render_part
from crm.lib.paging import keyset
from segments.movement import alerting, flows, moves, report, services
from segments.movement.alerting import Alert
from segments.movement.forms import FlowForm, PeriodForm, WatchForm
from segments.movement.models import Kind, Month
from segments.scoring.models import ScoringRun

MOST_MONTHS = 25


@require_GET
@needs("score", "view")
def page(request: UserRequest) -> HttpResponse:
    user, form = request.user, PeriodForm(request.GET)
    months = list(Month.objects.visible_to(user).taken().order_by("-month")[:MOST_MONTHS])
    run = ScoringRun.objects.visible_to(user).done().order_by("-as_of").first()
    between = form.between(months)
    context: dict[str, Any] = {
        "months": months,
        "between": between,
        "kind": form.kind(),
        "kinds": Kind.choices,
        "by_money": form.by_money(),
        "everybody": form.with_everybody(),
        "run": run,
        "alerts": report.shown_alerts(user),
        "threshold": alerting.threshold(),
        "may": {"segment": user.may("segment", "create"), "watch": user.may("score", "configure")},
    }
    if between and run:
        context |= _drawn(request, form, between, run.pk)
    return render_part(request, "movement/page.html", "flows", context)


@require_GET
@needs("score", "view")
def flow(request: UserRequest) -> HttpResponse:
    """Who is in one flow: since when they are where they are, and why."""
    form = FlowForm(request.GET)
    months = list(Month.objects.visible_to(request.user).taken().order_by("-month")[:MOST_MONTHS])
    between = form.between(months)
    if not form.is_valid() or between is None:
        raise BadInput(_("This address names no move."))
    kind, before, after = form.kind(), form.cleaned_data["before"], form.cleaned_data["after"]
    rows = flows.who(request.user, between, kind, before, after)
    found = keyset(rows, "-rollup__total", request.GET.get("cursor", ""), related=("rollup",))
    old, new = report.sides(kind)
    context = {
        "page": found,
        "rows": moves.explained(found.rows, kind, after, between.until_moment(months), request.user),
        "between": between,
        "kind": kind,
        "before": old[before],
        "after": new[after],
    }
    return render_part(request, "movement/flow.html", "results", context)


@require_POST
@needs("segment", "create")
def segments(request: UserRequest) -> HttpResponse:
    """A segment of the customers of an alert."""
    asked = tuple(request.POST.get(name, "") for name in ("kind", "before", "after"))
    alert = next((one for one in alerting.seen_by(request.user) if _key(one) == asked), None)
    if alert is None:
        raise Http404
    segment = services.make_segment(alert, by=request.user)
    messages.success(request, _("The segment was saved."))
    return redirect("segments:detail", segment.pk)


@require_POST
@needs("score", "configure")
def watch(request: UserRequest) -> HttpResponse:
    form = WatchForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("A threshold is a number of customers, and an amount of money."))
    services.watch(form.cleaned_data["customers"], form.cleaned_data["money"], by=request.user)
    messages.success(request, _("Saved."))
    return redirect("movement:page")


def _drawn(request: UserRequest, form: PeriodForm, between: flows.Between, run: int) -> dict[str, Any]:
    kind = form.kind()
    found = report.flows_of(flows.seen_by(request.user, between, run), kind, between)
    shown = [one for one in found if form.with_everybody() or not one.stays]
    return {
        "flows": [one for one in found if not one.stays],
        "chart": report.chart(shown, kind, by_money=form.by_money()) if shown else None,
        "totals": report.totals(found, kind),
    }


def _key(alert: Alert) -> tuple[str, str, str]:
    return alert.kind.value, alert.before, alert.after
