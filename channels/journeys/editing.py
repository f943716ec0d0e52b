"""Drawing on a design: nodes are put in, moved and taken out. Every function answers with a new design."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from channels.journeys.plan import BRANCHES, MOST_NODES, Design, Nodes, find, walk
from crm.lib.errors import BadInput


@dataclass(frozen=True)
class Place:
    """Behind a node, or first in one of its branches; without a node: at the very beginning."""

    node: int = 0
    branch: str = ""

    def __str__(self) -> str:
        return f"{self.node}{self.branch}"


def put(design: Design, place: Place, kind: str, settings: Mapping[str, Any]) -> Design:
    new = deepcopy(design)
    if sum(1 for _node in walk(new["nodes"])) >= MOST_NODES:
        raise BadInput(_("A journey has at most %(number)d steps.") % {"number": MOST_NODES})
    new["last"] += 1
    node = {"id": new["last"], "kind": kind, **settings}
    if kind in BRANCHES:
        node["branches"] = {name: [] for name in BRANCHES[kind]}
    listed, index = _gap(new, place)
    listed.insert(index, node)
    return new


def change(design: Design, node_id: int, settings: Mapping[str, Any]) -> Design:
    new = deepcopy(design)
    if node := find(new, node_id):
        node.update(settings)
    return new


def move(design: Design, node_id: int, by: int) -> Design:
    """Up or down among its neighbours, with everything in its branches."""
    new = deepcopy(design)
    listed, index = _around(new["nodes"], node_id)
    if 0 <= index + by < len(listed):
        listed.insert(index + by, listed.pop(index))
    return new


def remove(design: Design, node_id: int) -> Design:
    """Takes the node out, and its branches with it."""
    new = deepcopy(design)
    listed, index = _around(new["nodes"], node_id)
    del listed[index]
    return new


def _gap(design: Design, place: Place) -> tuple[Nodes, int]:
    if not place.node:
        return design["nodes"], 0
    node = find(design, place.node)
    if node and place.branch in node.get("branches", {}):
        return node["branches"][place.branch], 0
    listed, index = _around(design["nodes"], place.node)
    return listed, index + 1


def _around(listed: Nodes, node_id: int) -> tuple[Nodes, int]:
    """The list in which the node stands, and where."""
    for index, node in enumerate(listed):
        if node["id"] == node_id:
            return listed, index
    for node in listed:
        for branch in node.get("branches", {}).values():
            try:
                return _around(branch, node_id)
            except BadInput:
                continue
    raise BadInput(_("This step is no longer there."))
