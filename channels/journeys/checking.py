"""What is wrong with a design, in sentences: by the number of the node, or 0 for the journey as a whole."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.journeys import wording
from channels.journeys.effects import PLAIN, own_field
from channels.journeys.plan import BRANCHES, Kind, walk
from channels.journeys.triggers import When
from channels.models import Channel
from channels.webhooks.events import JOURNEY
from channels.webhooks.models import Subscription
from crm.accounts.models import User
from segments import rules
from segments.models import Segment

Problems = dict[int, list[str]]
# What a trigger cannot do without.
MISSING = (
    (When.ABANDONED, "hours", gettext_lazy("Say after how many hours without an order.")),
    (When.FESTIVAL, "festival", gettext_lazy("Choose the festival.")),
    (When.MOVED, "to", gettext_lazy("Choose the stage or group to which they move.")),
    (When.RISK, "percent", gettext_lazy("Say above how many percent.")),
    (When.RATED, "score", gettext_lazy("Say up to how many stars.")),
)


def problems(design: Mapping[str, Any], user: User) -> Problems:
    """What keeps it from being switched on: its faults, and approvals that are still missing."""
    found = faults(design, user)
    for node in walk(design["nodes"]):
        if node["kind"] == Kind.MESSAGE and node["id"] not in found and wording.waits_for_approval(node):
            words = _("Only approved templates may go out. Choose one, or have this one approved.")
            found[node["id"]] = [words]
    return found


def faults(design: Mapping[str, Any], user: User) -> Problems:
    """With these it cannot even be tried out."""
    found: Problems = {}
    if wrong_parts := [problem for _name, problem in wrong_trigger(design["trigger"])]:
        found[0] = wrong_parts
    if not design["nodes"]:
        found.setdefault(0, []).append(_("Add at least one step."))
    for node in walk(design["nodes"]):
        check = CHECKS.get(node["kind"])
        if check and (wrong := list(check(design, node, user))):
            found[node["id"]] = wrong
    return found


def sentences(design: Mapping[str, Any], user: User) -> list[str]:
    return in_a_row(problems(design, user))


def in_a_row(found: Problems) -> list[str]:
    return [sentence for listed in found.values() for sentence in listed]


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


def wrong_trigger(trigger: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What of it is missing, and the words for that."""
    kind = trigger["kind"]
    segment = Segment.objects.filter(pk=trigger.get("segment") or 0)
    if kind in (When.SEGMENT, When.LEFT) and not segment.exists():
        yield "segment", _("Choose the segment that customers come into or leave.")
    if kind == When.FESTIVAL and trigger.get("segment") and not segment.exists():
        yield "segment", _("The segment is gone.")
    if kind in (When.EVENT, When.ABANDONED) and not trigger.get("event"):
        yield "event", _("Choose what is to stand on the timeline.")
    for of, name, words in MISSING:
        if kind == of and not trigger.get(name):
            yield name, str(words)


def _message(design: Mapping[str, Any], node: Mapping[str, Any], user: User) -> Iterator[str]:
    channel = Channel.objects.filter(pk=node["channel"]).first()
    if channel is None or not channel.enabled:
        yield _("The channel of this message is switched off or gone.")
    yield from wording.problems(node, channel)


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


def _owner(design: Mapping[str, Any], node: Mapping[str, Any], user: User) -> Iterator[str]:
    if not User.objects.filter(pk=node["owner"], is_active=True).exists():
        yield _("The colleague who is to get the customers is gone.")
    if not user.may("customer", "assign"):
        yield _("Whoever switches this on must be allowed to hand customers over.")


def _field(design: Mapping[str, Any], node: Mapping[str, Any], user: User) -> Iterator[str]:
    name = node["field"]
    own = own_field(name)
    if name not in PLAIN and own is None:
        yield _("This field is gone.")
    if (own and not own.may_edit(user)) or not user.may("customer", "edit"):
        yield _("Whoever switches this on must be allowed to change this field.")


def _segment(design: Mapping[str, Any], node: Mapping[str, Any], user: User) -> Iterator[str]:
    if not Segment.objects.visible_to(user, "edit").picked().filter(pk=node["segment"]).exists():
        yield _("The segment is gone, or its members are no longer put in by hand.")


def _webhook(design: Mapping[str, Any], node: Mapping[str, Any], user: User) -> Iterator[str]:
    ready = Subscription.objects.filter(pk=node["webhook"], enabled=True, events__contains=[JOURNEY])
    if not ready.exists():
        yield _("The webhook is switched off, gone, or not open to journeys.")


Check = Callable[[Mapping[str, Any], Mapping[str, Any], User], Iterator[str]]
CHECKS: Mapping[str, Check] = {
    Kind.MESSAGE: _message,
    Kind.CONDITION: _condition,
    Kind.TASK: _task,
    Kind.OWNER: _owner,
    Kind.FIELD: _field,
    Kind.SEGMENT: _segment,
    Kind.WEBHOOK: _webhook,
    Kind.AGAIN: _again,
}
