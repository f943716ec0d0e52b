"""The rule builder: a rule as a form whose fields carry their place in the tree, such as `fact.0.2`.

Nothing is remembered between requests: the browser sends the whole rule, one step changes it, and the answer
is the whole rule again. So it works without any script, and htmx only makes it smooth.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from segments import facts
from segments.facts import Kind, Operator, Takes
from segments.rules import DEEPEST, MOST_LEAVES, Match, Path

FIELD = re.compile(r"(match|fact)((?:\.[0-9]{1,3}){0,6})")
STEP = re.compile(r"(add|nest|remove|more)((?:\.[0-9]{1,3}){0,6})")


@dataclass
class Condition:
    """A condition as it was typed, right or wrong."""

    fact: str = ""
    operator: str = ""
    values: list[str] = field(default_factory=list)
    # Of facts that ask how often, and within how many days.
    number: str = ""
    days: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"fact": self.fact, "op": self.operator, "value": self._value()}

    def _value(self) -> Any:
        takes = self.takes
        filled = [value for value in self.values if value.strip()]
        if takes is Takes.WINDOW:
            return {"number": self.number, "days": self.days, "of": filled}
        if takes is Takes.MANY:
            return filled
        if takes is Takes.RANGE:
            return [*self.values, "", ""][:2]
        return self.values[0] if self.values else ""

    @property
    def known_operator(self) -> Operator | None:
        known = facts.find(self.fact)
        return known.operator(self.operator) if known else None

    @property
    def takes(self) -> Takes:
        return self.known_operator.takes if self.known_operator else Takes.NOTHING


@dataclass
class Box:
    """A group as it was typed."""

    match: str = Match.ALL.value
    rules: list["Condition | Box"] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {"match": self.match, "rules": [child.to_json() for child in self.rules]}


def read(data: QueryDict) -> Box:
    """The rule in the form. Whatever is not one of its fields is ignored."""
    places: set[Path] = set()
    for key in data:
        if found := FIELD.fullmatch(key):
            places.add(_path(found[2]))
    return _box(data, (), places)


def from_json(tree: Any) -> Box:
    """The stored rule as the builder shows it. The tree was checked when it was stored."""
    box = Box(match=tree.get("match", Match.ALL.value))
    for child in tree.get("rules", []):
        box.rules.append(from_json(child) if "rules" in child else _condition(child))
    return box


def change(box: Box, step: str) -> None:
    """Does one step, such as "add.1": a new condition in the second child. Unknown steps do nothing."""
    found = STEP.fullmatch(step)
    if not found:
        return
    verb, path = found[1], _path(found[2])
    target = _at(box, path)
    if isinstance(target, Box) and verb == "add" and len(list(_conditions(box))) < MOST_LEAVES:
        target.rules.append(Condition())
    elif isinstance(target, Box) and verb == "nest" and len(path) < DEEPEST - 1:
        target.rules.append(Box(match=Match.ANY.value, rules=[Condition()]))
    elif isinstance(target, Condition) and verb == "more":
        target.values.append("")
    elif target is not None and verb == "remove" and path:
        parent = _at(box, path[:-1])
        if isinstance(parent, Box):
            del parent.rules[path[-1]]


def settle(box: Box) -> None:
    """Gives every condition an operator that its fact has, and drops values of another kind of fact."""
    for condition in _conditions(box):
        known = facts.find(condition.fact)
        if known and known.operator(condition.operator) is None:
            condition.operator, condition.values = known.operators[0].key, []
        if known and known.listed is Kind.CHOICE:
            allowed = {str(value) for value, _label in known.choices()}
            condition.values = [value for value in condition.values if value in allowed]


def tidy(box: Box) -> None:
    """Drops conditions for which nothing was chosen, and groups that are empty then."""
    for child in box.rules:
        if isinstance(child, Box):
            tidy(child)
    box.rules = [one for one in box.rules if (one.rules if isinstance(one, Box) else one.fact)]


def _path(dotted: str) -> Path:
    return tuple(int(part) for part in dotted.split(".")[1:])


def _box(data: QueryDict, path: Path, places: set[Path]) -> Box:
    name = "".join(f".{part}" for part in path)
    box = Box(match=data.get(f"match{name}", Match.ALL.value))
    for child in sorted(place for place in places if place[:-1] == path and place):
        dotted = "".join(f".{part}" for part in child)
        if f"match{dotted}" in data:
            box.rules.append(_box(data, child, places))
        else:
            fact, operator = data.get(f"fact{dotted}", ""), data.get(f"op{dotted}", "")
            amount, days = data.get(f"number{dotted}", ""), data.get(f"days{dotted}", "")
            box.rules.append(Condition(fact, operator, data.getlist(f"value{dotted}"), amount, days))
    return box


def _condition(leaf: dict[str, Any]) -> Condition:
    value = leaf.get("value")
    if isinstance(value, dict):
        days = "" if value.get("days") is None else str(value["days"])
        of = [str(one) for one in value.get("of", [])]
        return Condition(str(leaf.get("fact")), str(leaf.get("op")), of, str(value.get("number", "")), days)
    values = value if isinstance(value, list) else [] if value is None else [value]
    return Condition(str(leaf.get("fact")), str(leaf.get("op")), [str(one) for one in values])


def _at(box: Box, path: Path) -> Condition | Box | None:
    here: Condition | Box = box
    for place in path:
        if not isinstance(here, Box) or place >= len(here.rules):
            return None
        here = here.rules[place]
    return here


def _conditions(box: Box) -> "list[Condition]":
    found: list[Condition] = []
    for child in box.rules:
        found += _conditions(child) if isinstance(child, Box) else [child]
    return found
