"""Saved pivots: the page that shows them all, what can be done with one, and its e-mails."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.accounts.sharing import Audience
from crm.desk.pivot import services
from crm.desk.pivot.forms import PivotForm, ScheduleForm
from crm.desk.pivot.models import SavedPivot, Schedule
from crm.lib.errors import Refused
from crm.lib.htmx import render_part, wants_part
from crm.lib.paging import keyset


@require_GET
@needs("pivot", "view")
def saved(request: UserRequest) -> HttpResponse:
    user = request.user
    mine = Schedule.objects.visible_to(user).filter(is_active=True)
    rows = SavedPivot.objects.visible_to(user).select_related("owner", "team")
    page = keyset(
        rows.prefetch_related(Prefetch("schedules", mine, to_attr="mine")),
        "name",
        request.GET.get("cursor", ""),
    )
    here = [one.pk for one in page.rows]
    changeable = SavedPivot.objects.visible_to(user, "edit").filter(pk__in=here)
    context = {
        "page": page,
        "changeable": set(changeable.values_list("pk", flat=True)),
        "may_send": user.may("pivot", "export"),
    }
    return render_part(request, "pivot/saved.html", "results", context)


@require_http_methods(["GET", "POST"])
@needs("pivot", "create")
def new(request: UserRequest) -> HttpResponse:
    is_post = request.method == "POST"
    form = PivotForm(request.POST or None, user=request.user, instance=SavedPivot(owner=request.user))
    query = request.POST.get("query", "") if is_post else request.GET.urlencode()
    if not form.is_valid():
        context = {"form": form, "query": query, "in_dialog": wants_part(request)}
        return render_part(request, "pivot/edit.html", "form", context, status=422 if is_post else 200)
    cleaned = form.cleaned_data
    audience, team = cleaned.get("audience", Audience.PRIVATE), cleaned.get("team")
    kept = services.keep(cleaned["name"], query, by=request.user, audience=audience, team=team)
    messages.success(request, _("The pivot was saved."))
    return redirect(address(kept))


@require_http_methods(["GET", "POST"])
@needs("pivot", "edit")
def edit(request: UserRequest, pk: int) -> HttpResponse:
    kept = get_visible(SavedPivot.objects.visible_to(request.user, "edit"), pk)
    was = kept.audience
    form = PivotForm(request.POST or None, user=request.user, instance=kept)
    if request.method == "POST" and form.is_valid():
        services.change(form.save(commit=False), by=request.user, was=was)
        messages.success(request, _("The pivot was saved."))
        return redirect("pivot:saved")
    status = 422 if request.method == "POST" else 200
    return render(request, "pivot/edit.html", {"form": form, "kept": kept}, status=status)


@require_POST
@needs("pivot", "edit")
def question(request: UserRequest, pk: int) -> HttpResponse:
    """The pivot is to show what the address shows now."""
    kept = get_visible(SavedPivot.objects.visible_to(request.user, "edit"), pk)
    services.ask_anew(kept, request.POST.get("query", ""), by=request.user)
    messages.success(request, _("The pivot was saved."))
    return redirect(address(kept))


@require_POST
@needs("pivot", "edit")
def deletion(request: UserRequest, pk: int) -> HttpResponse:
    kept = get_visible(SavedPivot.objects.visible_to(request.user, "edit"), pk)
    services.delete(kept, by=request.user)
    messages.success(request, _("The pivot was deleted."))
    return redirect("pivot:saved")


@require_http_methods(["GET", "POST"])
@needs("pivot", "export")
def schedule(request: UserRequest, pk: int) -> HttpResponse:
    """When this pivot comes by e-mail to whoever asks."""
    kept = get_visible(SavedPivot.objects.visible_to(request.user), pk)
    one = Schedule.objects.visible_to(request.user).filter(pivot=kept).first()
    form = ScheduleForm(request.POST or None, instance=one or Schedule(pivot=kept, user=request.user))
    if request.method == "POST" and form.is_valid():
        services.plan(form.save(commit=False), by=request.user)
        messages.success(request, _("The pivot will come by e-mail."))
        return redirect("pivot:schedule", pk)
    context = {
        "kept": kept,
        "form": form,
        "schedule": one,
        "sendings": one.sendings.order_by("-occasion")[:10] if one else [],
    }
    return render(request, "pivot/schedule.html", context, status=422 if form.errors else 200)


@require_POST
@needs("pivot", "export")
def stop(request: UserRequest, pk: int) -> HttpResponse:
    services.stop(_planned(request, pk), by=request.user)
    messages.success(request, _("It no longer comes by e-mail."))
    return redirect("pivot:schedule", pk)


@require_POST
@needs("pivot", "export")
def sendings(request: UserRequest, pk: int) -> HttpResponse:
    """Does not wait for its time."""
    services.send_now(_planned(request, pk))
    messages.success(request, _("It will be with you within a minute or two."))
    return redirect("pivot:schedule", pk)


def _planned(request: UserRequest, pk: int) -> Schedule:
    kept = get_visible(SavedPivot.objects.visible_to(request.user), pk)
    one = Schedule.objects.visible_to(request.user).filter(pivot=kept, is_active=True).first()
    if one is None:
        raise Refused(_("This pivot does not come by e-mail."))
    return one


def address(kept: SavedPivot) -> str:
    return f"{reverse('pivot:table')}?{kept.address}"
