"""Scheduled imports: where files come from by themselves, and how the last ones went."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import render_part
from customers.imports import collecting, scheduling
from customers.imports.forms import ScheduleForm
from customers.imports.models import Schedule
from customers.imports.reporting import arrivals_of


@require_GET
@needs("import", "view")
def schedule_list(request: UserRequest) -> HttpResponse:
    schedules = Schedule.objects.visible_to(request.user).select_related("mapping", "created_by")
    context = {
        "schedules": scheduling.with_last(schedules.order_by("name")[:200]),
        "may_create": request.user.may("import", "create"),
    }
    return render_part(request, "imports/schedules.html", "results", context)


@require_http_methods(["GET", "POST"])
@needs("import", "create")
def schedule_new(request: UserRequest) -> HttpResponse:
    form = ScheduleForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        schedule = scheduling.create(form.save(commit=False), by=request.user)
        messages.success(request, _("The schedule is set up."))
        return redirect("imports:schedule", schedule.pk)
    return render(request, "imports/schedule_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs("import", "edit")
def schedule(request: UserRequest, pk: int) -> HttpResponse:
    one = get_visible(Schedule.objects.visible_to(request.user, "edit").select_related("created_by"), pk)
    form = ScheduleForm(request.POST or None, instance=one, user=request.user)
    if request.method == "POST" and form.is_valid():
        scheduling.change(form.save(commit=False), by=request.user)
        messages.success(request, _("Saved."))
        return redirect("imports:schedule", pk)
    context = {
        "schedule": one,
        "form": form,
        "arrivals": arrivals_of(one),
        "folder": collecting.folder_of(one),
        "troubled": one.arrivals.troubled(request.user).exists(),
    }
    return render(request, "imports/schedule.html", context, status=422 if form.errors else 200)


@require_POST
@needs("import", "edit")
def schedule_turns(request: UserRequest, pk: int) -> HttpResponse:
    """Does not wait for the time table."""
    scheduling.hurry(get_visible(Schedule.objects.visible_to(request.user, "edit"), pk), by=request.user)
    messages.info(request, _("The files are being fetched. They appear below within a minute."))
    return redirect("imports:schedule", pk)


@require_POST
@needs("import", "edit")
def schedule_acknowledgement(request: UserRequest, pk: int) -> HttpResponse:
    one = get_visible(Schedule.objects.visible_to(request.user, "edit"), pk)
    scheduling.acknowledge(one, by=request.user)
    return redirect("imports:schedule", pk)


@require_POST
@needs("import", "edit")
def schedule_deletion(request: UserRequest, pk: int) -> HttpResponse:
    scheduling.delete(get_visible(Schedule.objects.visible_to(request.user, "edit"), pk), by=request.user)
    messages.info(request, _("The schedule was deleted. What it imported stays."))
    return redirect("imports:schedules")
