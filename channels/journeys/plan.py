"""A design, read: which node follows which. The design is JSON, a list of nodes; those that fork have a list
of nodes in each of their branches, and who comes to the end of a branch goes on behind the fork.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from segments import rules

Design = dict[str, Any]
Nodes = list[dict[str, Any]]


class Kind(models.TextChoices):
    WAIT = "wait", pgettext_lazy("journey", "Wait")
    MESSAGE = "message", pgettext_lazy("journey", "Send a message")
    CONDITION = "condition", pgettext_lazy("journey", "Ask a question")
    SPLIT = "split", pgettext_lazy("journey", "Split by lot")
    TASK = "task", pgettext_lazy("journey", "Give a task")
    TAG = "tag", pgettext_lazy("journey", "Set a tag")
    FIELD = "field", pgettext_lazy("journey", "Fill in a field")
    OWNER = "owner", pgettext_lazy("journey", "Give to a colleague")
    SEGMENT = "segment", pgettext_lazy("journey", "Put into a segment")
    NOTICE = "notice", pgettext_lazy("journey", "Tell a colleague")
    WEBHOOK = "webhook", pgettext_lazy("journey", "Call a webhook")
    AGAIN = "again", pgettext_lazy("journey", "Go back")
    EXIT = "exit", pgettext_lazy("journey", "End here")


class Goal(models.TextChoices):
    NONE = "", _("No goal")
    ORDER = "order", _("They order")


ICONS = {
    Kind.WAIT: "clock",
    Kind.MESSAGE: "mail",
    Kind.CONDITION: "split",
    Kind.SPLIT: "shuffle",
    Kind.TASK: "square-check",
    Kind.TAG: "tag",
    Kind.FIELD: "pencil",
    Kind.OWNER: "user-check",
    Kind.SEGMENT: "shapes",
    Kind.NOTICE: "bell",
    Kind.WEBHOOK: "webhook",
    Kind.AGAIN: "rotate-ccw",
    Kind.EXIT: "flag",
}
# As they are offered: what a step does, and where the way goes.
OFFERED = (
    (
        pgettext_lazy("journey", "What happens"),
        (
            *(Kind.MESSAGE, Kind.TASK, Kind.NOTICE, Kind.OWNER),
            *(Kind.TAG, Kind.FIELD, Kind.SEGMENT, Kind.WEBHOOK),
        ),
    ),
    (
        pgettext_lazy("journey", "Where it goes"),
        (Kind.WAIT, Kind.CONDITION, Kind.SPLIT, Kind.AGAIN, Kind.EXIT),
    ),
)
BRANCHES: dict[str, tuple[str, str]] = {Kind.CONDITION: ("yes", "no"), Kind.SPLIT: ("a", "b")}
# Nobody makes more steps than this on one journey, however it is drawn.
MOST_STEPS = 200
MOST_NODES = 60


@dataclass(frozen=True)
class Node:
    id: int
    kind: str
    settings: Mapping[str, Any]
    next: int
    # The first node of each branch that has one.
    branches: Mapping[str, int] = field(default_factory=dict)

    def after(self, branch: str = "") -> int:
        """Where who leaves this node goes; 0 at the end."""
        return self.branches.get(branch) or self.next


@dataclass(frozen=True)
class Plan:
    first: int
    nodes: Mapping[int, Node]
    goal: str
    leave: rules.Group | None


def read(design: Mapping[str, Any]) -> Plan:
    nodes: dict[int, Node] = {}
    first = _read(design["nodes"], 0, nodes)
    leave = rules.parse(design["leave"]) if design.get("leave") else None
    return Plan(first, nodes, design.get("goal", ""), leave)


def walk(nodes: Nodes) -> Iterator[dict[str, Any]]:
    """Every node of the design, from top to bottom."""
    for node in nodes:
        yield node
        for branch in BRANCHES.get(node["kind"], ()):
            yield from walk(node["branches"][branch])


def find(design: Mapping[str, Any], node_id: int) -> dict[str, Any] | None:
    return next((node for node in walk(design["nodes"]) if node["id"] == node_id), None)


def _read(listed: Nodes, behind: int, nodes: dict[int, Node]) -> int:
    """Reads a list of nodes whose last is followed by `behind`; answers with the first."""
    following = behind
    for raw in reversed(listed):
        branches = {
            name: first
            for name in BRANCHES.get(raw["kind"], ())
            if (first := _read(raw["branches"][name], following, nodes)) != following
        }
        nodes[raw["id"]] = Node(raw["id"], raw["kind"], raw, following, branches)
        following = raw["id"]
    return following
