"""The rules of scoring: read, tried out, saved as a new version."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import render_part
from segments.scoring import policies, services, trials
from segments.scoring.forms import RulesForm, initial_of
from segments.scoring.models import Policy, ScoringRun, Trial
from segments.scoring.ruling import Rules

MOST_VERSIONS = 10


@require_http_methods(["GET", "HEAD", "POST"])
@needs("score", "configure")
def rules(request: UserRequest) -> HttpResponse:
    if request.method == "POST":
        form = RulesForm(request.POST)
        if form.is_valid():
            typed = form.cleaned_data
            made = services.save_rules(
                form.rules(), based_on=typed["based_on"], note=typed["note"], by=request.user
            )
            messages.success(request, _("Saved as version %(number)d.") % {"number": made.number})
            return redirect("scoring:rfm")
        return _page(request, form, status=422)
    newest, in_force = policies.current()
    return _page(request, RulesForm(initial=_initial(request, in_force, newest.number if newest else 0)))


@require_POST
@needs("score", "configure")
def try_out(request: UserRequest) -> HttpResponse:
    form = RulesForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    return redirect("scoring:trial", services.try_out(form.rules(), by=request.user).pk)


@require_GET
@needs("score", "configure")
def trial(request: UserRequest, pk: int) -> HttpResponse:
    """While it runs, how far it is; then who would move. Below it the same rules, to be saved or changed."""
    found = get_visible(Trial.objects.visible_to(request.user), pk)
    kind = "group" if request.GET.get("show") == "group" else "stage"
    context: dict[str, Any] = {"trial": found}
    if found.finished_at and not found.error:
        context |= trials.page(found, kind, request.user)
    newest, _rules = policies.current()
    initial = _initial(request, Rules.from_json(found.rules), newest.number if newest else 0)
    form = RulesForm(initial=initial)
    return render_part(request, "scoring/rules.html", "outcome", context | _around(request, form))


def _page(request: UserRequest, form: RulesForm, status: int = 200) -> HttpResponse:
    return render(request, "scoring/rules.html", _around(request, form), status=status)


def _around(request: UserRequest, form: RulesForm) -> dict[str, Any]:
    versions = Policy.objects.visible_to(request.user).select_related("made_by").order_by("-number")
    return {"form": form, "versions": versions[:MOST_VERSIONS]}


def _initial(request: UserRequest, shown: Rules, number: int) -> dict[str, Any]:
    last = ScoringRun.objects.visible_to(request.user).done().order_by("-as_of").first()
    return initial_of(shown, last.cutoffs if last else {}, number)
