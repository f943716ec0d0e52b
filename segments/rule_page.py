"""What the templates of the rule builder are given: every widget with its choices and its problem."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.accounts.models import User
from segments import facts
from segments.builder import Box, Condition
from segments.facts import WINDOWED, Fact, Kind, Operator, Takes, Text
from segments.rules import DEEPEST, Match, Path

# More choices than this are a list to scroll instead of boxes to tick.
MOST_BOXES = 14
LISTED = (Kind.CHOICE, Kind.RECORD, Kind.SEVERAL)
INPUTS: dict[Kind, str] = {
    Kind.TEXT: "text",
    Kind.TAGS: "text",
    Kind.NUMBER: "number",
    Kind.SCORE: "score",
    Kind.MONEY: "money",
    Kind.DECIMAL: "money",
    Kind.DATE: "date",
    Kind.DAY: "date",
}


WIDGETS = {
    Takes.ONE: "one",
    Takes.RANGE: "range",
    Takes.MANY: "many",
    Takes.DAYS: "days",
    Takes.WINDOW: "window",
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
    number: str = ""
    days: str = ""
    # Of facts that ask how often or how much.
    is_money: bool = False
    takes_names: bool = False
    is_long: bool = False
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
    painter = _Painter(user, problems or {})
    return Page(painter.group(box, ()), _offered(user), painter.suggestions)


def _offered(user: User) -> list[tuple[str, list[Fact]]]:
    found: dict[str, list[Fact]] = {}
    for fact in facts.all_facts():
        if fact.is_open_to(user):
            found.setdefault(str(fact.group.label), []).append(fact)
    return list(found.items())


@dataclass
class _Painter:
    """Looks up choices and suggestions once per fact, however many conditions ask about it."""

    user: User
    problems: Mapping[Path, str]
    suggestions: dict[str, Sequence[str]] = field(default_factory=dict)
    choices: dict[str, Sequence[tuple[Any, Text]]] = field(default_factory=dict)

    def group(self, box: Box, path: Path) -> GroupView:
        children: list[GroupView | ConditionView] = []
        for place, child in enumerate(box.rules):
            here = (*path, place)
            children.append(
                self.group(child, here) if isinstance(child, Box) else self.condition(child, here)
            )
        matches = [Choice(one.value, one.label, one.value == box.match) for one in Match]
        may_nest = len(path) < DEEPEST - 1
        return GroupView(_dotted(path), matches, children, may_nest, self.problems.get(path, ""))

    def condition(self, condition: Condition, path: Path) -> ConditionView:
        fact, operator = facts.find(condition.fact), condition.known_operator
        problem = self.problems.get(path, "")
        if fact is None:
            return ConditionView(_dotted(path), "", [], "", "", [], [], "", problem)
        choices = self.choices_of(fact, condition)
        return ConditionView(
            dotted=_dotted(path),
            fact=fact.key,
            operators=[Choice(one.key, one.label, one is operator) for one in fact.operators],
            widget=(widget := _widget(fact, operator, choices)),
            input=INPUTS.get(fact.listed, ""),
            values=_shown(fact, condition, operator),
            choices=choices,
            suggestions=self.suggested_for(fact) if widget in ("one", "many", "window") else "",
            problem=problem,
            number=condition.number,
            days=condition.days,
            is_money=fact.kind is Kind.SPENT,
            takes_names=fact.of is Kind.TEXT,
            is_long=len(choices) > MOST_BOXES,
        )

    def choices_of(self, fact: Fact, condition: Condition) -> list[Choice]:
        if fact.listed not in LISTED:
            return []
        if fact.key not in self.choices:
            self.choices[fact.key] = fact.choices()
        return [
            Choice(str(value), label, str(value) in condition.values)
            for value, label in self.choices[fact.key]
        ]

    def suggested_for(self, fact: Fact) -> str:
        """The id of the list of suggestions; empty when there is nothing to suggest."""
        name = f"suggest-{fact.key.replace('.', '-')}"
        if name not in self.suggestions:
            self.suggestions[name] = fact.suggest(self.user)
        return name if self.suggestions[name] else ""


def _widget(fact: Fact, operator: Operator | None, choices: list[Choice]) -> str:
    if operator is None or operator.takes is Takes.NOTHING:
        return ""
    if operator.takes is Takes.MANY and fact.kind in LISTED:
        return "boxes" if len(choices) <= MOST_BOXES else "list"
    return WIDGETS[operator.takes]


def _shown(fact: Fact, condition: Condition, operator: Operator | None) -> list[str]:
    """At least as many inputs as values are needed."""
    if fact.kind in WINDOWED and fact.of is not Kind.TEXT:
        return []
    wanted = 2 if operator and operator.takes is Takes.RANGE else 1
    return [*condition.values, *[""] * (wanted - len(condition.values))]


def _dotted(path: Path) -> str:
    return "".join(f".{place}" for place in path)
