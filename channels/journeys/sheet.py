"""The page of a journey: what it is given to show."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from channels.journeys import beginnings, books, checking, plan, rehearsing, tree, words
from channels.journeys.forms import IntakeForm
from channels.journeys.models import Intake, Journey, Run
from channels.journeys.plan import ICONS, OFFERED, Goal, Kind
from channels.journeys.triggers import When
from crm.accounts.http import UserRequest
from crm.accounts.models import User
from crm.lib.htmx import render_part
from segments import rules
from segments.words import tell


def show(request: UserRequest, journey: Journey) -> HttpResponse:
    user = request.user
    may = {action: user.may("journey", action) for action in ("edit", "send", "create")}
    may["draw"] = may["edit"] and journey.status != Journey.Status.ENDED
    context = {
        "journey": journey,
        "may": may,
        "totals": tree.totals([journey])[journey.pk],
        "older": _older(journey),
        "intakes": Intake.objects.filter(journey=journey).select_related("segment").order_by("-pk")[:3],
        "intake_form": IntakeForm(user=user),
        "offered": [
            (heading, [(kind.value, kind.label, ICONS[kind]) for kind in kinds]) for heading, kinds in OFFERED
        ],
        **_drawn(journey, user),
    }
    return render_part(request, "journeys/detail.html", "sheet", context)


def rehearsed(journey: Journey, user: User) -> dict[str, Any]:
    found = rehearsing.rehearse(journey.design, by=user)
    figures = tree.of_rehearsal(found)
    ends = tree.ends_of(found)
    return {
        "found": found,
        "ends": ends,
        "is_manual": journey.design["trigger"]["kind"] == When.MANUAL,
        "rows": [_row(node, figures, found) for node in plan.walk(journey.design["nodes"])],
    }


def _row(
    node: dict[str, Any], figures: dict[int, dict[str, int]], found: rehearsing.Rehearsal
) -> dict[str, Any]:
    told = figures.get(node["id"], {})
    left_out: Mapping[str, int] = found.left_out.get(node["id"], {})
    return {
        "title": words.title(node),
        "icon": ICONS[Kind(node["kind"])],
        "reached": told.get(books.REACHED, 0),
        "notes": [(words.happened(what), number) for what, number in tree.told_of(told)],
        "forks": [(words.BRANCH[name], told.get(name, 0)) for name in plan.BRANCHES.get(node["kind"], ())],
        "carried": [
            (words.CARRIED[how], number) for how, number in sorted(found.carried.get(node["id"], {}).items())
        ],
        "left_out": [(words.left_out(why), number) for why, number in sorted(left_out.items())],
    }


def _drawn(journey: Journey, user: User) -> dict[str, Any]:
    """The cards with the figures of the version in use, which hold for every step that is still there."""
    design, version = journey.design, journey.version
    problems = checking.problems(design, user)
    tallies = books.tallies([version.pk]).get(version.pk, {}) if version else None
    painter = tree.Painter(problems, tallies)
    leave = design.get("leave")
    return {
        "cards": painter.cards(design["nodes"]),
        "problems": problems.get(0, ()),
        "is_sound": not problems,
        "trigger": beginnings.tell(design["trigger"]),
        "goal": Goal(design["goal"]).label if design["goal"] else "",
        "again": design["again"],
        "leave": tell(rules.parse(leave)) if leave else None,
    }


def _older(journey: Journey) -> bool:
    """Whether somebody still walks through a former version."""
    runs = Run.objects.active().filter(journey=journey)
    return bool(journey.version_id) and runs.exclude(version=journey.version_id).exists()
