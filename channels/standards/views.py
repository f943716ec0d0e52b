"""Calendars and standards as those who set up the service handle them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels.standards import china, hours, picture, services
from channels.standards.condition_forms import OF_POLICIES, ConditionsForm
from channels.standards.forms import CalendarForm, MonthForm, OwnDayForm, PlaceForm, PolicyForm
from channels.standards.models import Calendar, Policy
from channels.standards.shown import listed, policy_card, turns
from channels.standards.words import Names
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import render_part


@require_GET
@needs("routing", "view")
def calendars(request: UserRequest) -> HttpResponse:
    rows = Calendar.objects.visible_to(request.user).prefetch_related("days").order_by("name")
    context = {"calendars": listed(rows), "may_configure": request.user.may("routing", "configure")}
    return render(request, "standards/calendars.html", context)


@require_GET
@needs("routing", "view")
def calendar(request: UserRequest, pk: int) -> HttpResponse:
    row = get_visible(Calendar.objects.visible_to(request.user), pk)
    form = MonthForm(request.GET)
    asked = form.cleaned_data["month"] if form.is_valid() else None
    first = (asked or timezone.localdate()).replace(day=1)
    shown, days = row.hours(), list(row.days.all())
    context = {
        "calendar": row,
        "first": first,
        "weeks": picture.month(shown, {day.on: day.name for day in days}, first),
        "unknown_year": picture.unknown_year(shown, first),
        "last_year": china.last_year(),
        "days": [(day, hours.write(shown.special[day.on])) for day in days],
        "form": OwnDayForm(),
        "may_configure": request.user.may("routing", "configure"),
        **turns(first),
    }
    return render_part(request, "standards/calendar.html", "month", context)


@require_http_methods(["GET", "POST"])
@needs("routing", "configure")
def calendar_new(request: UserRequest) -> HttpResponse:
    return _edit_calendar(request, None)


@require_http_methods(["GET", "POST"])
@needs("routing", "configure")
def calendar_edit(request: UserRequest, pk: int) -> HttpResponse:
    return _edit_calendar(request, get_visible(Calendar.objects.visible_to(request.user, "configure"), pk))


@require_POST
@needs("routing", "configure")
def calendar_deletion(request: UserRequest, pk: int) -> HttpResponse:
    row = get_visible(Calendar.objects.visible_to(request.user, "configure"), pk)
    services.delete_calendar(row, by=request.user)
    messages.success(request, _("The calendar was deleted."))
    return redirect("standards:calendars")


@require_POST
@needs("routing", "configure")
def days(request: UserRequest, pk: int) -> HttpResponse:
    row = get_visible(Calendar.objects.visible_to(request.user, "configure"), pk)
    form = OwnDayForm(request.POST)
    if form.is_valid():
        services.set_day(row, form.save(commit=False), by=request.user)
        messages.success(request, _("The day was set."))
    else:
        messages.error(request, " ".join(str(text) for texts in form.errors.values() for text in texts))
    return redirect("standards:calendar", pk)


@require_POST
@needs("routing", "configure")
def day_removal(request: UserRequest, pk: int, day_pk: int) -> HttpResponse:
    row = get_visible(Calendar.objects.visible_to(request.user, "configure"), pk)
    services.remove_day(get_visible(row.days.all(), day_pk), by=request.user)
    messages.success(request, _("The day is as usual again."))
    return redirect("standards:calendar", pk)


@require_GET
@needs("routing", "view")
def policies(request: UserRequest) -> HttpResponse:
    rows = Policy.objects.visible_to(request.user).select_related("calendar", "person")
    names = Names()
    cards = [policy_card(row, names) for row in rows.order_by("position", "pk")]
    context = {"cards": cards, "may_configure": request.user.may("routing", "configure")}
    return render_part(request, "standards/policies.html", "results", context)


@require_http_methods(["GET", "POST"])
@needs("routing", "configure")
def policy_new(request: UserRequest) -> HttpResponse:
    return _edit_policy(request, None)


@require_http_methods(["GET", "POST"])
@needs("routing", "configure")
def policy(request: UserRequest, pk: int) -> HttpResponse:
    return _edit_policy(request, get_visible(Policy.objects.visible_to(request.user, "configure"), pk))


@require_POST
@needs("routing", "configure")
def policy_deletion(request: UserRequest, pk: int) -> HttpResponse:
    row = get_visible(Policy.objects.visible_to(request.user, "configure"), pk)
    services.delete_policy(row, by=request.user)
    messages.success(request, _("The standard was deleted."))
    return redirect("standards:policies")


@require_POST
@needs("routing", "configure")
def policy_place(request: UserRequest, pk: int) -> HttpResponse:
    row = get_visible(Policy.objects.visible_to(request.user, "configure"), pk)
    form = PlaceForm(request.POST)
    if form.is_valid():
        services.move_policy(row, form.cleaned_data["place"], by=request.user)
    return redirect("standards:policies")


def _edit_calendar(request: UserRequest, row: Calendar | None) -> HttpResponse:
    form = CalendarForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        made = services.save_calendar(form.save(commit=False), by=request.user)
        messages.success(request, _("Your changes were saved."))
        return redirect("standards:calendar", made.pk)
    context = {"form": form, "calendar": row, "last_year": china.last_year()}
    status = 422 if request.method == "POST" else 200
    return render(request, "standards/calendar_edit.html", context, status=status)


def _edit_policy(request: UserRequest, row: Policy | None) -> HttpResponse:
    form = PolicyForm(request.POST or None, instance=row)
    asked = ConditionsForm(
        request.POST or None, stored=row.conditions if row else {}, keys=OF_POLICIES, names=Names()
    )
    if request.method == "POST" and all([form.is_valid(), asked.is_valid()]):
        made = form.save(commit=False)
        made.conditions = asked.conditions()
        services.save_policy(made, by=request.user)
        messages.success(request, _("Your changes were saved."))
        return redirect("standards:policies")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "asked": asked, "policy": row}
    return render(request, "standards/policy_edit.html", context, status=status)
