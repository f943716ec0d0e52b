"""From an address to the form of a step, and from the form to the design."""

from typing import Any
from uuid import uuid4

from django.http import Http404, QueryDict

from channels.journeys import editing, plan
from channels.journeys.forms import FORMS, PlaceForm
from channels.journeys.models import Journey
from channels.journeys.plan import BRANCHES, Design, Kind
from channels.journeys.step_form import StepForm


def asked(data: QueryDict, journey: Journey) -> tuple[editing.Place, str]:
    """Where a new step is to stand, and its kind."""
    form = PlaceForm(data)
    if not form.is_valid():
        raise Http404
    at: str = form.cleaned_data["at"]
    digits = at.rstrip("abcdefghijklmnopqrstuvwxyz")
    place = editing.Place(int(digits), at.removeprefix(digits))
    node = plan.find(journey.design, place.node)
    if place.node and (node is None or (place.branch and place.branch not in BRANCHES.get(node["kind"], ()))):
        raise Http404
    return place, form.cleaned_data["kind"]


def blank(design: Design, place: editing.Place, kind: str) -> dict[str, Any]:
    """A node that is not there yet, with the number it would get."""
    node: dict[str, Any] = {"id": design["last"] + 1, "kind": kind}
    return node | ({"salt": uuid4().hex[:8]} if kind == Kind.SPLIT else {})


def make(journey: Journey, node: dict[str, Any], data: QueryDict | None) -> StepForm:
    design = journey.design
    return FORMS[node["kind"]](data, design=design, node=node)


def drawn(
    design: Design, node: dict[str, Any], settings: dict[str, Any], place: editing.Place | None
) -> Design:
    if place is None:
        return editing.change(design, node["id"], settings)
    kept = {name: value for name, value in node.items() if name not in ("id", "kind")}
    return editing.put(design, place, node["kind"], kept | settings)
