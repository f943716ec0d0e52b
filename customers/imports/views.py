"""Uploading a file, saying what its columns are, having it checked, watching it come in, taking it back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.downloads import csv_download
from crm.lib.errors import BadInput
from crm.lib.htmx import render_part
from crm.lib.paging import keyset
from customers.imports import findings, mappings, reporting, scheduling, services
from customers.imports.forms import DuplicatesForm, MappingForm, SavingForm, UploadForm
from customers.imports.models import Duplicates, ImportJob, SavedMapping
from customers.imports.previewing import preview_of
from customers.imports.problems import sentence
from customers.imports.progress import Progress
from customers.imports.tables import WORKBOOK

Status = ImportJob.Status


@require_GET
@needs("import", "view")
def import_list(request: UserRequest) -> HttpResponse:
    jobs = ImportJob.objects.visible_to(request.user).select_related("created_by", "arrival__schedule")
    page = keyset(jobs, "-created_at", request.GET.get("cursor", ""))
    context = {
        "page": page,
        "may_create": request.user.may("import", "create"),
        "troubled": scheduling.troubled(request.user),
    }
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
    job = _job(request, pk)
    return render_part(request, "imports/detail.html", "state", page_of(job, request))


@require_POST
@needs("import", "edit")
def mapping(request: UserRequest, pk: int) -> HttpResponse:
    job = _job(request, pk, "edit")
    form = MappingForm(request.POST, job=job)
    if not form.is_valid():
        context = page_of(job, request, form)
        return render_part(request, "imports/detail.html", "state", context, status=422)
    encoding = form.cleaned_data.get("encoding", job.encoding)
    delimiter = form.cleaned_data.get("delimiter", job.delimiter)
    services.remap(job, form.choices, encoding=encoding, delimiter=delimiter)
    return redirect("imports:detail", pk)


@require_POST
@needs("import", "edit")
def saving(request: UserRequest, pk: int) -> HttpResponse:
    """Keeps the chosen columns under a name."""
    job = _job(request, pk, "edit")
    form = SavingForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Give the saved columns a name."))
    mappings.save(job, form.cleaned_data["name"], by=request.user)
    messages.success(request, _("Saved. Files with the same titles are understood so by themselves."))
    return redirect("imports:detail", pk)


@require_POST
@needs("import", "edit")
def check(request: UserRequest, pk: int) -> HttpResponse:
    services.check(_job(request, pk, "edit"), by=request.user)
    return redirect("imports:detail", pk)


@require_POST
@needs("import", "edit")
def columns(request: UserRequest, pk: int) -> HttpResponse:
    services.reconsider(_job(request, pk, "edit"))
    return redirect("imports:detail", pk)


@require_POST
@needs("import", "edit")
def run(request: UserRequest, pk: int) -> HttpResponse:
    job, form = _job(request, pk, "edit"), DuplicatesForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("There is no such choice."))
    chosen = form.cleaned_data["duplicates"]
    services.start(job, by=request.user, duplicates=chosen, choices=form.by_row())
    return redirect("imports:detail", pk)


@require_POST
@needs("import", "edit")
def cancellation(request: UserRequest, pk: int) -> HttpResponse:
    services.cancel(_job(request, pk, "edit"), by=request.user)
    messages.info(request, _("The import was cancelled."))
    return redirect("imports:detail", pk)


@require_POST
@needs("import", "edit")
def review(request: UserRequest, pk: int) -> HttpResponse:
    services.review_revert(_job(request, pk, "edit"), by=request.user)
    return redirect("imports:detail", pk)


@require_POST
@needs("import", "edit")
def reversal(request: UserRequest, pk: int) -> HttpResponse:
    keeps_edits = request.POST.get("edits", "keep") != "overwrite"
    services.revert(_job(request, pk, "edit"), keeps_edits=keeps_edits, by=request.user)
    return redirect("imports:detail", pk)


@require_POST
@needs("import", "edit")
def permanence(request: UserRequest, pk: int) -> HttpResponse:
    services.leave_as_is(_job(request, pk, "edit"))
    return redirect("imports:detail", pk)


@require_POST
@needs("import", "create")
def repetition(request: UserRequest, pk: int) -> HttpResponse:
    job = services.repeat(_job(request, pk), by=request.user)
    messages.info(request, _("The same file with the same choices. Nothing is written before you start it."))
    return redirect("imports:detail", job.pk)


@require_GET
@needs("import", "view")
def problems(request: UserRequest, pk: int) -> HttpResponseBase:
    job = _downloadable(request, pk)
    return csv_download(reporting.file_name(job), reporting.left_out(job))


@require_GET
@needs("import", "view")
def duplicates(request: UserRequest, pk: int) -> HttpResponseBase:
    job = _downloadable(request, pk)
    return csv_download(reporting.alike_file_name(job), findings.alike_rows(job))


@require_GET
@needs("import", "view")
def mapping_list(request: UserRequest) -> HttpResponse:
    saved = SavedMapping.objects.visible_to(request.user).select_related("created_by", "team")
    page = keyset(saved, "name", request.GET.get("cursor", ""))
    context = {"page": page, "may_edit": request.user.may("import", "edit")}
    return render_part(request, "imports/mappings.html", "results", context)


@require_POST
@needs("import", "edit")
def mapping_deletion(request: UserRequest, pk: int) -> HttpResponse:
    saved = get_visible(SavedMapping.objects.visible_to(request.user, "edit"), pk)
    mappings.delete(saved, by=request.user)
    messages.info(request, _("The saved columns were deleted. Imports that used them stay as they are."))
    return redirect("imports:mappings")


def _job(request: UserRequest, pk: int, action: str = "view") -> ImportJob:
    jobs = ImportJob.objects.visible_to(request.user, action)
    return get_visible(jobs.select_related("created_by", "saved_mapping", "reverted_by"), pk)


def _downloadable(request: UserRequest, pk: int) -> ImportJob:
    """Files with contacts are for whoever uploaded them, and for whoever may export anyway."""
    job = _job(request, pk)
    if job.created_by_id != request.user.pk and not request.user.may("customer", "export"):
        raise Http404
    return job


def page_of(job: ImportJob, request: UserRequest, form: MappingForm | None = None) -> dict[str, Any]:
    context: dict[str, Any] = {
        "job": job,
        "progress": Progress.of(job),
        "may_edit": request.user.may("import", "edit"),
        "is_workbook": job.encoding == WORKBOOK,
        "error": sentence(job.error) if job.error else "",
    }
    if job.status == Status.PREVIEW:
        masked = job.created_by_id != request.user.pk
        context["preview"] = preview_of(job, form or MappingForm(job=job), masked=masked)
        context["saving"] = SavingForm(initial={"name": job.saved_mapping.name if job.saved_mapping else ""})
    elif job.status == Status.CHECKED:
        context |= {"effects": findings.effects(job), "alike": findings.alike(job, request.user)}
        context |= {"reasons": reporting.reasons(job), "duplicates": Duplicates.choices}
    elif job.status == Status.REVIEWED:
        context["edits"] = findings.edits(job, request.user)
    elif job.finished_at:
        context["reasons"] = reporting.reasons(job)
    return context
