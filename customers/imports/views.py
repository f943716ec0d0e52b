"""Uploading a file, watching it become customers or orders, and fetching what was left out."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.downloads import csv_download
from crm.lib.htmx import render_part
from crm.lib.paging import keyset
from customers.imports import reporting, services
from customers.imports.forms import MappingForm, UploadForm
from customers.imports.models import ImportJob
from customers.imports.previewing import preview_of
from customers.imports.problems import sentence
from customers.imports.progress import Progress
from customers.imports.tables import WORKBOOK


@require_GET
@needs("import", "view")
def import_list(request: UserRequest) -> HttpResponse:
    jobs = ImportJob.objects.visible_to(request.user).select_related("created_by")
    page = keyset(jobs, "-created_at", request.GET.get("cursor", ""))
    context = {"page": page, "may_create": request.user.may("import", "create")}
    return render_part(request, "imports/list.html", "results", context)


@require_http_methods(["GET", "POST"])
@needs("import", "create")
def import_new(request: UserRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        job = services.upload(**form.cleaned_data, by=request.user)
        return redirect("imports:detail", job.pk)
    return render(request, "imports/new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@needs("import", "view")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    job = get_visible(ImportJob.objects.visible_to(request.user).select_related("created_by"), pk)
    return render_part(request, "imports/detail.html", "state", page_of(job, request))


@require_POST
@needs("import", "edit")
def mapping(request: UserRequest, pk: int) -> HttpResponse:
    job = get_visible(ImportJob.objects.visible_to(request.user, "edit").select_related("created_by"), pk)
    form = MappingForm(request.POST, job=job)
    if not form.is_valid():
        context = page_of(job, request, form)
        return render_part(request, "imports/detail.html", "state", context, status=422)
    cleaned = form.cleaned_data
    services.remap(
        job,
        cleaned["mapping"],
        encoding=cleaned.get("encoding", job.encoding),
        delimiter=cleaned.get("delimiter", job.delimiter),
    )
    return redirect("imports:detail", pk)


@require_POST
@needs("import", "edit")
def run(request: UserRequest, pk: int) -> HttpResponse:
    job = get_visible(ImportJob.objects.visible_to(request.user, "edit"), pk)
    services.start(job, by=request.user)
    return redirect("imports:detail", pk)


@require_POST
@needs("import", "edit")
def cancellation(request: UserRequest, pk: int) -> HttpResponse:
    job = get_visible(ImportJob.objects.visible_to(request.user, "edit"), pk)
    services.cancel(job, by=request.user)
    messages.info(request, _("The import was cancelled. What it had already taken over stays."))
    return redirect("imports:detail", pk)


@require_GET
@needs("import", "view")
def problems(request: UserRequest, pk: int) -> HttpResponseBase:
    job = get_visible(ImportJob.objects.visible_to(request.user), pk)
    if job.created_by_id != request.user.pk and not request.user.may("customer", "export"):
        raise Http404
    return csv_download(reporting.file_name(job), reporting.left_out(job))


def page_of(job: ImportJob, request: UserRequest, form: MappingForm | None = None) -> dict[str, Any]:
    context: dict[str, Any] = {
        "job": job,
        "progress": Progress.of(job),
        "may_edit": request.user.may("import", "edit"),
        "is_workbook": job.encoding == WORKBOOK,
    }
    if job.status == ImportJob.Status.PREVIEW:
        masked = job.created_by_id != request.user.pk
        context["preview"] = preview_of(job, form or MappingForm(job=job), masked=masked)
    elif job.finished_at:
        context["error"] = sentence(job.error) if job.error else ""
        context["reasons"] = reporting.reasons(job)
    return context
