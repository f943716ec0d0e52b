"""Trying rules out on what has happened."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from channels.inbox.models import Conversation
from channels.routing import services, shown
from channels.routing.forms import ChangesForm, SimulationForm
from channels.routing.models import Change, RuleSet, Simulation
from channels.standards.words import Names
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import render_part
from crm.lib.paging import Page, keyset

MOST_LISTED = 50


@require_GET
@needs("routing", "view")
def simulations(request: UserRequest) -> HttpResponse:
    rows = Simulation.objects.visible_to(request.user).select_related("ruleset", "against", "asked_by")
    listed = [(row, shown.period(row)) for row in rows.order_by("-pk")[:MOST_LISTED]]
    versions = RuleSet.objects.visible_to(request.user).order_by("-number")[:10]
    context = {
        "simulations": listed,
        "versions": versions,
        "form": SimulationForm(),
        "may_configure": request.user.may("routing", "configure"),
    }
    return render(request, "routing/simulations.html", context)


@require_POST
@needs("routing", "configure")
def simulate(request: UserRequest, pk: int) -> HttpResponse:
    ruleset = get_visible(RuleSet.objects.visible_to(request.user, "configure"), pk)
    form = SimulationForm(request.POST)
    days = form.cleaned_data["days"] if form.is_valid() else 7
    made = services.simulate(ruleset, by=request.user, days=days)
    return redirect("routing:simulation", made.pk)


@require_GET
@needs("routing", "view")
def simulation(request: UserRequest, pk: int) -> HttpResponse:
    """While it runs, how far it is; then both versions side by side, and what they treat differently."""
    rows = Simulation.objects.visible_to(request.user).select_related("ruleset", "against", "asked_by")
    found = get_visible(rows, pk)
    context = {"simulation": found, "period": shown.period(found)}
    if found.finished_at is None or found.error:
        return render_part(request, "routing/simulation.html", "result", context)
    names, form = Names(), ChangesForm(request.GET)
    what = form.cleaned_data["what"] if form.is_valid() else ""
    context |= shown.compared(found, names) | {
        "chart": shown.hourly(found, names),
        "what": what,
        "changed": found.summary["changed"],
        "page": (page := _changes(request, found, what)),
        "differences": shown.differences(page.rows, names),
    }
    return render_part(request, "routing/simulation.html", "result", context)


def _changes(request: UserRequest, found: Simulation, what: str) -> Page[Change]:
    seen = Conversation.objects.visible_to(request.user)
    rows = Change.objects.filter(simulation=found, conversation__in=seen)  # each by what visible_to answers
    if what:
        rows = rows.filter(what__contains=[what])
    return keyset(rows.select_related("conversation__customer"), "-id", request.GET.get("cursor", ""))
