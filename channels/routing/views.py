"""The rules and their versions, as those who set up the service handle them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels.routing import services
from channels.routing.forms import NoteForm, PlaceForm, RuleForm, SimulationForm
from channels.routing.models import Rule, RuleSet
from channels.routing.shown import rule_cards
from channels.standards.condition_forms import OF_RULES, ConditionsForm
from channels.standards.words import Names
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import render_part

MOST_VERSIONS = 50


@require_GET
@needs("routing", "view")
def rules(request: UserRequest) -> HttpResponse:
    """Those in use."""
    return _show(request, services.active())


@require_GET
@needs("routing", "view")
def version(request: UserRequest, pk: int) -> HttpResponse:
    return _show(request, get_visible(RuleSet.objects.visible_to(request.user), pk))


@require_GET
@needs("routing", "view")
def versions(request: UserRequest) -> HttpResponse:
    rows = RuleSet.objects.visible_to(request.user).select_related("made_by", "activated_by")
    context = {
        "versions": rows.order_by("-number")[:MOST_VERSIONS],
        "may_configure": request.user.may("routing", "configure"),
        "draft": services.draft(),
    }
    return render(request, "routing/versions.html", context)


@require_POST
@needs("routing", "configure")
def drafts(request: UserRequest, pk: int) -> HttpResponse:
    source = get_visible(RuleSet.objects.visible_to(request.user, "configure"), pk)
    made = services.begin_draft(source, by=request.user)
    return redirect("routing:version", made.pk)


@require_POST
@needs("routing", "configure")
def activation(request: UserRequest, pk: int) -> HttpResponse:
    ruleset = get_visible(RuleSet.objects.visible_to(request.user, "configure"), pk)
    form = NoteForm(request.POST)
    services.activate(ruleset, by=request.user, note=form.cleaned_data["note"] if form.is_valid() else "")
    messages.success(request, _("These rules are in use now."))
    return redirect("routing:rules")


@require_POST
@needs("routing", "configure")
def discarding(request: UserRequest, pk: int) -> HttpResponse:
    services.discard(get_visible(RuleSet.objects.visible_to(request.user, "configure"), pk), by=request.user)
    messages.success(request, _("The draft was discarded."))
    return redirect("routing:rules")


@require_http_methods(["GET", "POST"])
@needs("routing", "configure")
def rule_new(request: UserRequest, pk: int) -> HttpResponse:
    ruleset = get_visible(RuleSet.objects.visible_to(request.user, "configure"), pk)
    return _edit(request, ruleset, None)


@require_http_methods(["GET", "POST"])
@needs("routing", "configure")
def rule(request: UserRequest, pk: int) -> HttpResponse:
    found = _rule(request, pk)
    return _edit(request, found.ruleset, found)


@require_POST
@needs("routing", "configure")
def rule_deletion(request: UserRequest, pk: int) -> HttpResponse:
    found = _rule(request, pk)
    services.delete_rule(found, by=request.user)
    messages.success(request, _("The rule was deleted."))
    return redirect("routing:version", found.ruleset_id)


@require_POST
@needs("routing", "configure")
def rule_place(request: UserRequest, pk: int) -> HttpResponse:
    found = _rule(request, pk)
    form = PlaceForm(request.POST)
    if form.is_valid():
        services.move_rule(found, form.cleaned_data["place"], by=request.user)
    return redirect("routing:version", found.ruleset_id)


def _rule(request: UserRequest, pk: int) -> Rule:
    within = RuleSet.objects.visible_to(request.user, "configure")
    rules = Rule.objects.filter(ruleset__in=within)  # no customer data
    return get_visible(rules.select_related("ruleset"), pk)


def _show(request: UserRequest, ruleset: RuleSet) -> HttpResponse:
    context = {
        "ruleset": ruleset,
        "cards": rule_cards(ruleset.rules.order_by("position", "pk"), Names()),
        "draft": services.draft(),
        "is_draft": ruleset.state == RuleSet.State.DRAFT,
        "may_configure": request.user.may("routing", "configure"),
        "note_form": NoteForm(),
        "simulation_form": SimulationForm(),
    }
    return render_part(request, "routing/rules.html", "results", context)


def _edit(request: UserRequest, ruleset: RuleSet, found: Rule | None) -> HttpResponse:
    form = RuleForm(request.POST or None, instance=found)
    asked = ConditionsForm(
        request.POST or None, stored=found.conditions if found else {}, keys=OF_RULES, names=Names()
    )
    if request.method == "POST" and all([form.is_valid(), asked.is_valid()]):
        made = form.save(commit=False)
        made.conditions = asked.conditions()
        services.save_rule(made, ruleset, by=request.user)
        messages.success(request, _("Your changes were saved."))
        return redirect("routing:version", ruleset.pk)
    context = {"form": form, "asked": asked, "rule": found, "ruleset": ruleset}
    status = 422 if request.method == "POST" else 200
    return render(request, "routing/rule_edit.html", context, status=status)
