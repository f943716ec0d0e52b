"""Asking for a file of customers, deciding about somebody's question, fetching the file."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import BadInput
from crm.lib.htmx import render_part
from crm.lib.paging import keyset
from customers import jobs
from customers.exports import caps, services
from customers.exports.forms import DecisionForm, ExportForm
from customers.exports.models import ExportJob
from customers.listing import Listing


@require_GET
@needs("export", "view")
def export_list(request: UserRequest) -> HttpResponse:
    exports = ExportJob.objects.visible_to(request.user).select_related("created_by")
    page = keyset(exports, "-created_at", request.GET.get("cursor", ""))
    return render_part(request, "exports/list.html", "results", {"page": page})


@require_http_methods(["GET", "POST"])
@needs("customer", "export")
def new(request: UserRequest) -> HttpResponse:
    """The list's address comes along in ours; a POST without a file format brings ticked customers."""
    user, asked = request.user, request.POST.getlist("ids")
    ids = [int(pk) for pk in asked if pk.isascii() and pk.isdecimal() and len(pk) < 19]
    if request.POST.get("matching") == "1":
        ids = []
    job = services.draft(ids=ids, query=request.GET.urlencode(), by=user)
    form = ExportForm(request.POST if "format" in request.POST else None, user=user, instance=job)
    if form.is_bound and form.is_valid():
        services.ask(job, form.cleaned_data, by=user)
        return redirect("exports:detail", job.pk)
    context = {
        "form": form,
        "job": job,
        "left": caps.left_of(user, in_clear=False),
        "left_in_clear": caps.left_of(user, in_clear=True),
        "most": caps.MOST,
        "list_url": f"{reverse('customers:list')}?{job.query or 'view='}",
    }
    return render(request, "exports/new.html", context, status=422 if form.is_bound else 200)


@require_GET
@needs("export", "view")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    job = get_visible(
        ExportJob.objects.visible_to(request.user).select_related("created_by", "decided_by"), pk
    )
    return render_part(request, "exports/detail.html", "state", _page(request, job))


@require_POST
@needs("export", "approve")
def decision(request: UserRequest, pk: int) -> HttpResponse:
    job = get_visible(ExportJob.objects.visible_to(request.user, "approve"), pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Please say yes or no."))
    allowed = form.cleaned_data["allowed"] == "1"
    services.decide(job, by=request.user, allowed=allowed, note=form.cleaned_data["note"])
    messages.success(request, _("The export was approved.") if allowed else _("The export was refused."))
    return redirect("exports:detail", pk)


@require_GET
@needs("export", "view")
def file(request: UserRequest, pk: int) -> HttpResponseBase:
    """Only for whoever asked: neither the link nor the right to approve is enough."""
    job = get_visible(ExportJob.objects.visible_to(request.user), pk)
    if job.created_by_id != request.user.pk:
        raise Http404
    services.hand_over(job, by=request.user)
    response = FileResponse(job.file.open("rb"), as_attachment=True, filename=job.file_name)
    response["Cache-Control"] = "private, no-store"
    return response


def _page(request: UserRequest, job: ExportJob) -> dict[str, Any]:
    may_decide = job.status == ExportJob.Status.WAITING and request.user.may("export", "approve")
    context: dict[str, Any] = {
        "job": job,
        "is_mine": job.created_by_id == request.user.pk,
        "may_decide": may_decide
        and ExportJob.objects.visible_to(request.user, "approve").filter(pk=job.pk).exists(),
    }
    if not job.ids:
        context |= _question(job)
    return context


def _question(job: ExportJob) -> dict[str, Any]:
    """What was asked for, in words, as the colleague saw it."""
    try:
        listing = Listing(job.created_by, jobs.question_of(job))
    except BadInput:
        return {}
    words = [str(one.label) for one in (*listing.chips, *listing.rule_chips)]
    view = [str(listing.views[listing.view].label)] if listing.view else []
    return {"words": [*view, *([f"“{listing.q}”"] if listing.q else []), *words]}
