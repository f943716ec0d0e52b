"""Drawing on the sheet: steps are added, changed, moved and taken away."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from channels.campaigns.placeholders import choices
from channels.campaigns.way_forms import ApprovedForm
from channels.journeys import editing, plan, services, sheet, step_forms
from channels.journeys.forms import MoveForm
from channels.journeys.models import Journey
from channels.journeys.plan import Kind
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import render_part, wants_part
from segments import builder, rule_page, rules
from segments.rules import Path


@require_http_methods(["GET", "POST"])
@needs("journey", "edit")
def step_new(request: UserRequest, pk: int) -> HttpResponse:
    journey = _journey(request, pk)
    place, kind = step_forms.asked(request.GET, journey)
    node = step_forms.blank(journey.design, place, kind)
    return _write(request, journey, node, place)


@require_http_methods(["GET", "POST"])
@needs("journey", "edit")
def step(request: UserRequest, pk: int, node: int) -> HttpResponse:
    journey = _journey(request, pk)
    return _write(request, journey, _node(journey, node), None)


@require_POST
@needs("journey", "edit")
def approved(request: UserRequest) -> HttpResponse:
    """The provider's template that is chosen in a message step, with its blanks as far as they are filled."""
    shown = ApprovedForm(request.POST).shown()
    return render(request, "campaigns/_approved.html", {"shown": shown})


@require_POST
@needs("journey", "edit")
def step_move(request: UserRequest, pk: int, node: int) -> HttpResponse:
    journey = _journey(request, pk)
    _node(journey, node)
    form = MoveForm(request.POST)
    if not form.is_valid():
        raise Http404
    services.draw(journey, editing.move(journey.design, node, form.cleaned_data["by"]), before=journey.design)
    return _after(request, journey)


@require_POST
@needs("journey", "edit")
def step_deletion(request: UserRequest, pk: int, node: int) -> HttpResponse:
    journey = _journey(request, pk)
    _node(journey, node)
    services.draw(journey, editing.remove(journey.design, node), before=journey.design)
    return _after(request, journey)


@require_http_methods(["GET", "POST"])
@needs("journey", "edit")
def leaving(request: UserRequest, pk: int) -> HttpResponse:
    """The rule by which people leave early; without conditions nobody does."""
    journey = _journey(request, pk)
    box = _box(request, journey.design.get("leave"))
    problems: Mapping[Path, str] = {}
    if request.method == "POST" and "draft" not in request.GET:
        builder.tidy(box)
        problems = _problems(box, request) if box.rules else {}
        if not problems:
            new = {**journey.design, "leave": box.to_json() if box.rules else None}
            services.draw(journey, new, before=journey.design)
            return redirect("journeys:detail", pk)
    context = _rule(request, box, problems) | {"journey": journey, "heading": _("Who leaves early")}
    return _editor(request, context, problems)


def _write(
    request: UserRequest, journey: Journey, node: dict[str, Any], place: editing.Place | None
) -> HttpResponse:
    asks = node["kind"] == Kind.CONDITION
    form = step_forms.make(journey, node, request.POST if request.method == "POST" else None)
    box = _box(request, node.get("rule")) if asks else builder.Box()
    problems: Mapping[Path, str] = {}
    if request.method == "POST" and "draft" not in request.GET:
        problems = _problems(box, request) if asks else {}
        if form.is_valid() and not problems:
            settings = form.settings() | ({"rule": box.to_json()} if asks else {})
            design = step_forms.drawn(journey.design, node, settings, place)
            services.draw(journey, design, before=journey.design)
            return redirect("journeys:detail", journey.pk)
    context = {
        "form": form,
        "journey": journey,
        "heading": Kind(node["kind"]).label,
        "fields": choices().items() if node["kind"] == Kind.MESSAGE else (),
    }
    return _editor(
        request, context | (_rule(request, box, problems) if asks else {}), problems or form.errors
    )


def _rule(request: UserRequest, box: builder.Box, problems: Mapping[Path, str]) -> dict[str, Any]:
    query = request.GET.copy()
    query["draft"] = "1"
    return {
        "rule": SimpleLazyObject(lambda: rule_page.page(box, request.user, problems)),
        "draft": f"{request.path}?{query.urlencode()}",
    }


def _editor(request: UserRequest, context: dict[str, Any], problems: Any) -> HttpResponse:
    is_draft = "draft" in request.GET
    query = request.GET.copy()
    query.pop("draft", None)
    context["action"] = f"{request.path}?{query.urlencode()}"
    status = 422 if problems and request.method == "POST" and not is_draft else 200
    if is_draft and wants_part(request):
        return render_part(request, "journeys/step.html", "builder", context)
    return render(request, "journeys/step.html", context, status=status)


def _box(request: UserRequest, kept: Any) -> builder.Box:
    """The rule as it was sent, one step further if that is asked, or as it is kept."""
    if request.method == "POST":
        box = builder.read(request.POST)
        if "draft" in request.GET:
            builder.change(box, request.POST.get("step", ""))
            builder.settle(box)
        return box
    return builder.from_json(kept) if kept else builder.Box(rules=[builder.Condition()])


def _problems(box: builder.Box, request: UserRequest) -> Mapping[Path, str]:
    try:
        rules.parse(box.to_json(), request.user)
    except rules.InvalidRule as error:
        return error.problems
    return {}


def _after(request: UserRequest, journey: Journey) -> HttpResponse:
    return sheet.show(request, journey) if wants_part(request) else redirect("journeys:detail", journey.pk)


def _journey(request: UserRequest, pk: int) -> Journey:
    return get_visible(Journey.objects.visible_to(request.user, "edit").select_related("version"), pk)


def _node(journey: Journey, node: int) -> dict[str, Any]:
    found = plan.find(journey.design, node)
    if found is None:
        raise Http404
    return found
