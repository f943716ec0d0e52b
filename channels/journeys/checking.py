"""What is wrong with a design, in sentences: by the number of the node, or 0 for the journey as a whole."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from channels.campaigns import placeholders
from channels.journeys.plan import BRANCHES, Kind, walk
from channels.journeys.triggers import When
from channels.models import Channel
from crm.accounts.models import User
from segments import rules
from segments.models import Segment

Problems = dict[int, list[str]]


def problems(design: Mapping[str, Any], user: User) -> Problems:
    found: Problems = {}
    if problem := _trigger(design["trigger"]):
        found[0] = [problem]
    if not design["nodes"]:
        found.setdefault(0, []).append(_("Add at least one step."))
    for node in walk(design["nodes"]):
        check = CHECKS.get(node["kind"])
        if check and (wrong := list(check(design, node, user))):
            found[node["id"]] = wrong
    return found


def sentences(design: Mapping[str, Any], user: User) -> list[str]:
    return [sentence for listed in problems(design, user).values() for sentence in listed]


def before(design: Mapping[str, Any], node_id: int) -> list[dict[str, Any]]:
    """The steps that everybody who comes to a node has passed: its own line and those around it."""
    return _before(design["nodes"], node_id) or []


def _before(listed: list[dict[str, Any]], node_id: int) -> list[dict[str, Any]] | None:
    for index, node in enumerate(listed):
        if node["id"] == node_id:
            return listed[:index]
        for branch in BRANCHES.get(node["kind"], ()):
            if (inner := _before(node["branches"][branch], node_id)) is not None:
                return [*listed[: index + 1], *inner]
    return None


def _trigger(trigger: Mapping[str, Any]) -> str:
    kind = trigger["kind"]
    if kind == When.SEGMENT and not Segment.objects.filter(pk=trigger.get("segment") or 0).exists():
        return _("Choose the segment that customers come into.")
    if kind == When.EVENT and not trigger.get("event"):
        return _("Choose what is to stand on the timeline.")
    return ""


def _message(design: Mapping[str, Any], node: Mapping[str, Any], user: User) -> Iterator[str]:
    if not Channel.objects.enabled().filter(pk=node["channel"]).exists():
        yield _("The channel of this message is switched off or gone.")
    try:
        placeholders.parse(node["subject"])
        placeholders.parse(node["body"])
    except placeholders.NotUnderstood as problem:
        yield str(problem)


def _condition(design: Mapping[str, Any], node: Mapping[str, Any], user: User) -> Iterator[str]:
    try:
        rules.parse(node["rule"], user)
    except rules.InvalidRule as problem:
        yield str(problem)


def _task(design: Mapping[str, Any], node: Mapping[str, Any], user: User) -> Iterator[str]:
    chosen = node.get("assignee")
    if chosen and not User.objects.filter(pk=chosen, is_active=True).exists():
        yield _("The colleague who is to do this task is gone.")


def _again(design: Mapping[str, Any], node: Mapping[str, Any], user: User) -> Iterator[str]:
    passed = before(design, node["id"])
    numbers = [one["id"] for one in passed]
    if node["to"] not in numbers:
        yield _("It goes back to a step that does not stand before it.")
    elif not any(one["kind"] == Kind.WAIT for one in passed[numbers.index(node["to"]) :]):
        yield _("Put a wait between, or everything happens again at once.")


Check = Callable[[Mapping[str, Any], Mapping[str, Any], User], Iterator[str]]
CHECKS: Mapping[str, Check] = {
    Kind.MESSAGE: _message,
    Kind.CONDITION: _condition,
    Kind.TASK: _task,
    Kind.AGAIN: _again,
}
