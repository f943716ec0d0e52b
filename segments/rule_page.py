"""What the templates of the rule builder are given: every widget with its choices and its problem."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crm.accounts.models import User
from segments import facts
from segments.builder import Box, Condition
from segments.facts import Fact, Kind, Operator, Takes, Text
from segments.rules import DEEPEST, Match, Path

# More choices than this are a list to scroll instead of boxes to tick.
MOST_BOXES = 14
INPUTS: dict[Kind, str] = {
    Kind.TEXT: "text",
    Kind.TAGS: "text",
    Kind.NUMBER: "number",
    Kind.SCORE: "score",
    Kind.MONEY: "money",
    Kind.DATE: "date",
}


@dataclass(frozen=True)
class Choice:
    value: str
    label: Text
    is_chosen: bool


@dataclass(frozen=True)
class ConditionView:
    """`widget` names how values are entered; `dotted` ends the names of all fields."""

    dotted: str
    fact: str
    operators: list[Choice]
    widget: str
    input: str
    values: list[str]
    choices: list[Choice]
    suggestions: str
    problem: str
    is_group: bool = False


@dataclass(frozen=True)
class GroupView:
    dotted: str
    matches: list[Choice]
    children: list["GroupView | ConditionView"]
    may_nest: bool
    problem: str
    is_group: bool = True


@dataclass
class Page:
    """`suggestions` has one list per fact in use, by the id of its datalist."""

    root: GroupView
    facts: list[tuple[str, list[Fact]]]
    suggestions: dict[str, Sequence[str]] = field(default_factory=dict)


def page(box: Box, user: User, problems: Mapping[Path, str] | None = None) -> Page:
    suggestions: dict[str, Sequence[str]] = {}
    root = _group(box, (), problems or {}, suggestions, user)
    return Page(root, _offered(), suggestions)


def _offered() -> list[tuple[str, list[Fact]]]:
    found: dict[str, list[Fact]] = {}
    for fact in facts.all_facts():
        found.setdefault(str(fact.group.label), []).append(fact)
    return list(found.items())


def _group(
    box: Box, path: Path, problems: Mapping[Path, str], suggestions: dict[str, Sequence[str]], user: User
) -> GroupView:
    children: list[GroupView | ConditionView] = []
    for place, child in enumerate(box.rules):
        here = (*path, place)
        if isinstance(child, Box):
            children.append(_group(child, here, problems, suggestions, user))
        else:
            children.append(_condition(child, here, problems, suggestions, user))
    matches = [Choice(one.value, one.label, one.value == box.match) for one in Match]
    return GroupView(_dotted(path), matches, children, len(path) < DEEPEST - 1, problems.get(path, ""))


def _condition(
    condition: Condition,
    path: Path,
    problems: Mapping[Path, str],
    suggestions: dict[str, Sequence[str]],
    user: User,
) -> ConditionView:
    fact, operator = facts.find(condition.fact), condition.known_operator
    if fact is None:
        return ConditionView(_dotted(path), "", [], "", "", [], [], "", problems.get(path, ""))
    widget = _widget(fact, operator)
    listed = ""
    if widget in ("one", "many") and fact.kind in (Kind.TEXT, Kind.TAGS):
        listed = f"suggest-{fact.key.replace('.', '-')}"
        if listed not in suggestions:
            suggestions[listed] = fact.suggest(user)
    return ConditionView(
        dotted=_dotted(path),
        fact=fact.key,
        operators=[Choice(one.key, one.label, one is operator) for one in fact.operators],
        widget=widget,
        input=INPUTS.get(fact.kind, ""),
        values=_shown(condition, operator),
        choices=_choices(fact, condition) if widget in ("boxes", "list") else [],
        suggestions=listed if suggestions.get(listed) else "",
        problem=problems.get(path, ""),
    )


def _widget(fact: Fact, operator: Operator | None) -> str:
    if operator is None or operator.takes is Takes.NOTHING:
        return ""
    if operator.takes is Takes.MANY and fact.kind in (Kind.CHOICE, Kind.RECORD):
        return "boxes" if len(fact.choices()) <= MOST_BOXES else "list"
    return {Takes.ONE: "one", Takes.RANGE: "range", Takes.MANY: "many", Takes.DAYS: "days"}[operator.takes]


def _shown(condition: Condition, operator: Operator | None) -> list[str]:
    """At least as many inputs as values are needed."""
    wanted = 2 if operator and operator.takes is Takes.RANGE else 1
    return [*condition.values, *[""] * (wanted - len(condition.values))]


def _choices(fact: Fact, condition: Condition) -> list[Choice]:
    return [Choice(str(value), label, str(value) in condition.values) for value, label in fact.choices()]


def _dotted(path: Path) -> str:
    return "".join(f".{place}" for place in path)
