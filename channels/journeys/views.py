"""The list of journeys, and a journey's own page: its sheet, its figures, its switches."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels.journeys import (
    beginnings,
    checking,
    paths,
    plan,
    rehearsing,
    services,
    sheet,
    starters,
    tree,
    words,
)
from channels.journeys.forms import IntakeForm
from channels.journeys.models import Journey, Run
from channels.journeys.trigger_forms import JourneyForm
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import Refused
from crm.lib.htmx import render_part
from crm.lib.paging import keyset


@require_GET
@needs("journey", "view")
def journey_list(request: UserRequest) -> HttpResponse:
    rows = Journey.objects.visible_to(request.user).select_related("version")
    page = keyset(rows, "-created_at", request.GET.get("cursor", ""))
    totals = tree.totals(page.rows)
    context = {
        "page": page,
        "rows": [(one, beginnings.tell(one.design["trigger"]), totals[one.pk]) for one in page.rows],
        "may_create": request.user.may("journey", "create"),
    }
    return render_part(request, "journeys/list.html", "results", context)


@require_http_methods(["GET", "POST"])
@needs("journey", "create")
def new(request: UserRequest) -> HttpResponse:
    if request.method == "POST":
        starter = starters.find(request.POST.get("starter", ""))
        journey = Journey(name=str(starter.name), design=starter.draw(), created_by=request.user)
        journey.save()
        return redirect("journeys:settings", journey.pk)
    return render(request, "journeys/new.html", {"starters": starters.STARTERS})


@require_GET
@needs("journey", "view")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    return sheet.show(request, _journey(request, pk))


@require_http_methods(["GET", "POST"])
@needs("journey", "edit")
def settings(request: UserRequest, pk: int) -> HttpResponse:
    journey = _journey(request, pk, "edit")
    form = JourneyForm(request.POST or None, user=request.user, journey=journey)
    if request.method == "POST" and form.is_valid():
        services.rename(journey, form.cleaned_data["name"])
        services.draw(journey, form.design(journey.design), before=journey.design)
        return redirect("journeys:detail", pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "journeys/settings.html", {"form": form, "journey": journey}, status=status)


@require_POST
@needs("journey", "send")
def activation(request: UserRequest, pk: int) -> HttpResponse:
    services.switch_on(_journey(request, pk, "send"), by=request.user)
    messages.success(request, _("The journey is on."))
    return redirect("journeys:detail", pk)


@require_POST
@needs("journey", "send")
def pause(request: UserRequest, pk: int) -> HttpResponse:
    services.pause(_journey(request, pk, "send"), by=request.user)
    messages.success(request, _("The journey is paused: nobody enters, nobody moves, nothing goes out."))
    return redirect("journeys:detail", pk)


@require_POST
@needs("journey", "send")
def ending(request: UserRequest, pk: int) -> HttpResponse:
    services.end(_journey(request, pk, "send"), by=request.user)
    messages.success(request, _("The journey has ended. Whoever was under way leaves it."))
    return redirect("journeys:detail", pk)


@require_POST
@needs("journey", "create")
def copies(request: UserRequest, pk: int) -> HttpResponse:
    made = services.copy(_journey(request, pk), by=request.user)
    messages.success(request, _("The journey was copied."))
    return redirect("journeys:detail", made.pk)


@require_POST
@needs("journey", "edit")
def deletion(request: UserRequest, pk: int) -> HttpResponse:
    services.delete(_journey(request, pk, "edit"), by=request.user)
    messages.success(request, _("The draft was deleted."))
    return redirect("journeys:list")


@require_POST
@needs("journey", "send")
def intakes(request: UserRequest, pk: int) -> HttpResponse:
    journey = _journey(request, pk, "send")
    form = IntakeForm(request.POST, user=request.user)
    if not form.is_valid():
        raise Refused(_("Choose a segment."))
    services.put_in(journey, form.cleaned_data["segment"], by=request.user)
    messages.success(request, _("The members of the segment are being let in."))
    return redirect("journeys:detail", pk)


@require_GET
@needs("journey", "edit")
def rehearsal(request: UserRequest, pk: int) -> HttpResponse:
    """The dry run of the sheet as it is drawn."""
    journey = _journey(request, pk, "edit")
    context: dict[str, Any] = {"journey": journey, "days": rehearsing.DAYS}
    if faults := checking.faults(journey.design, request.user):
        context["faults"] = checking.in_a_row(faults)
    else:
        context |= sheet.rehearsed(journey, request.user)
        context["missing"] = checking.sentences(journey.design, request.user)
    return render_part(request, "journeys/rehearsal.html", "part", context)


@require_GET
@needs("journey", "view")
def people(request: UserRequest, pk: int, node: int) -> HttpResponse:
    """Who stands at a step, of the customers one may see: who is due first comes first."""
    journey = _journey(request, pk)
    runs = Run.objects.visible_to(request.user).active().filter(version__journey=journey, node=node)
    page = keyset(runs.select_related("customer", "version"), "due_at", request.GET.get("cursor", ""))
    found = plan.find(page.rows[0].version.design if page.rows else journey.design, node)
    context = {"journey": journey, "page": page, "title": words.title(found) if found else "–"}
    return render_part(request, "journeys/people.html", "results", context)


@require_GET
@needs("journey", "view")
def path(request: UserRequest, pk: int, run_pk: int) -> HttpResponse:
    """What happened to one customer."""
    journey = _journey(request, pk)
    runs = Run.objects.visible_to(request.user).filter(journey=journey).select_related("customer", "version")
    run = get_visible(runs, run_pk)
    context = {"journey": journey, "path": paths.of(run, most=plan.MOST_STEPS)}
    return render(request, "journeys/path.html", context)


def _journey(request: UserRequest, pk: int, action: str = "view") -> Journey:
    rows = Journey.objects.visible_to(request.user, action).select_related("version", "created_by")
    return get_visible(rows, pk)
