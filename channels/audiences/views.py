"""Ads audiences: the list, one of them with its counts and files, and what may be done with it."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels.audiences import services, writing
from channels.audiences.formats import NETWORKS
from channels.audiences.forms import AudienceForm
from channels.audiences.models import Audience, AudienceRun
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib import charts
from crm.lib.htmx import render_part
from crm.lib.paging import keyset

MOST_RUNS = 30


@require_GET
@needs("audience", "view")
def audience_list(request: UserRequest) -> HttpResponse:
    rows = Audience.objects.visible_to(request.user).select_related("segment", "created_by")
    context = {
        "page": keyset(rows, "-created_at", request.GET.get("cursor", "")),
        "may_create": request.user.may("audience", "create"),
    }
    return render_part(request, "audiences/list.html", "results", context)


@require_http_methods(["GET", "POST"])
@needs("audience", "create")
def new(request: UserRequest) -> HttpResponse:
    form = AudienceForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        made = services.make(form.save(commit=False), by=request.user)
        return redirect("audiences:detail", made.pk)
    return render(request, "audiences/new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@needs("audience", "view")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    rows = Audience.objects.visible_to(request.user).select_related("segment", "created_by", "decided_by")
    return render_part(request, "audiences/detail.html", "state", _page(request, get_visible(rows, pk)))


@require_POST
@needs("audience", "create")
def repetition(request: UserRequest, pk: int) -> HttpResponse:
    services.repeat(get_visible(Audience.objects.visible_to(request.user, "create"), pk), by=request.user)
    return redirect("audiences:detail", pk)


@require_POST
@needs("audience", "create")
def asking(request: UserRequest, pk: int) -> HttpResponse:
    services.ask(get_visible(Audience.objects.visible_to(request.user, "create"), pk), by=request.user)
    return redirect("audiences:detail", pk)


@require_POST
@needs("audience", "approve")
def decision(request: UserRequest, pk: int) -> HttpResponse:
    audience = get_visible(Audience.objects.visible_to(request.user, "approve"), pk)
    allowed = request.POST.get("allowed") == "1"
    services.decide(audience, by=request.user, allowed=allowed)
    messages.success(request, _("The audience was approved.") if allowed else _("The audience was refused."))
    return redirect("audiences:detail", pk)


@require_POST
@needs("audience", "create")
def ending(request: UserRequest, pk: int) -> HttpResponse:
    services.end(get_visible(Audience.objects.visible_to(request.user, "create"), pk), by=request.user)
    messages.success(request, _("No further files are made."))
    return redirect("audiences:detail", pk)


@require_GET
@needs("audience", "create")
def file(request: UserRequest, pk: int, run_pk: int, part: str) -> HttpResponseBase:
    """Only for whoever asked: neither the link nor the right to approve is enough."""
    runs = AudienceRun.objects.visible_to(request.user, "create").select_related("audience")
    run = get_visible(runs.filter(audience=pk, writes=True), run_pk)
    if run.audience.created_by_id != request.user.pk or part not in writing.PARTS:
        raise Http404
    try:
        opened = services.hand_over(run, part, by=request.user)
    except FileNotFoundError:
        raise Http404 from None
    network = NETWORKS[run.audience.network]
    name = f"{network.key}-{run.created_at:%Y%m%d}-{part}.{network.ending}"
    response = FileResponse(opened, as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    return response


def _page(request: UserRequest, audience: Audience) -> dict[str, Any]:
    runs = list(audience.runs.order_by("-pk")[:MOST_RUNS])
    counted = next((run for run in runs if run.status == AudienceRun.Status.DONE or run.is_moving), None)
    is_mine = audience.created_by_id == request.user.pk
    others = Audience.objects.visible_to(request.user, "approve").filter(pk=audience.pk)
    return {
        "audience": audience,
        "runs": [run for run in runs if run.writes],
        "counted": counted,
        "error": runs[0].error if runs else "",
        "may_repeat": services.may_repeat(audience, runs[0] if runs else None),
        "is_moving": any(run.is_moving for run in runs),
        "funnel": _funnel(counted) if counted and not counted.is_moving else None,
        "is_mine": is_mine and request.user.may("audience", "create"),
        "may_decide": audience.state == Audience.State.WAITING and others.exists(),
        "left": services.left_of(request.user),
    }


def _funnel(run: AudienceRun) -> charts.Chart:
    steps = [
        charts.Part(_("Members of the segment"), run.members),
        charts.Part(_("With an identifier that the network knows"), run.identified),
        charts.Part(_("Who allow it"), run.consented),
    ]
    if run.writes:
        steps.append(charts.Part(_("In the file"), run.exported))
    return charts.funnel(_("From the segment to the file"), steps)
