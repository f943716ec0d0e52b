"""Which rule holds and who gets it: pure decisions, the same for what arrives now and for a simulation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from channels.routing.models import Decision, Rule
from channels.standards import conditions
from channels.standards.conditions import Facts
from channels.standards.hours import Hours

Why = Decision.Why
# What counts where no rule does: the channel's department, people who know the customer first.
FALLBACK = Rule(prefers=[Rule.Prefers.OWNER, Rule.Prefers.LAST], spread=Rule.Spread.LEAST)


class People(Protocol):
    """Who could take it, as things stand."""

    def members(self, team: int) -> Sequence[int]: ...

    def answers(self, user: int) -> bool:
        """Whether they answer customers at all."""

    def is_here(self, user: int) -> bool: ...

    def load(self, user: int) -> int: ...

    def room(self, user: int) -> int:
        """How many more they can hold."""

    def last_given(self, user: int) -> float: ...


@dataclass(frozen=True)
class Known:
    """People who know the customer."""

    owner: int | None = None
    last: int | None = None
    # Who had this conversation when it was closed.
    before: int | None = None

    def everybody(self) -> set[int]:
        return {one for one in (self.owner, self.last, self.before) if one}


@dataclass(frozen=True)
class Outcome:
    team: int | None
    assignee: int | None
    why: str
    rule: Rule | None = None
    priority: int | None = None
    tags: tuple[str, ...] = field(default=())


def first_rule(rules: Iterable[Rule], facts: Facts, calendars: Mapping[int, Hours]) -> Rule | None:
    fits = (one for one in rules if one.enabled and conditions.holds(one.conditions, facts, calendars))
    return next(fits, None)


def decide(rule: Rule | None, team: int | None, known: Known, people: People) -> Outcome:
    """`team` is the department of the channel, for where the rule names none."""
    how = rule or FALLBACK
    aim = how.team_id or team
    user, why = _person(how, aim, known, people)
    return Outcome(aim, user, why, rule, how.priority, tuple(how.tags))


def _person(how: Rule, team: int | None, known: Known, people: People) -> tuple[int | None, str]:
    for user, why in _preferred(how, known):
        if user and people.answers(user) and _can(user, how, people):
            return user, why
    if team is None:
        return None, Why.NOWHERE
    if how.spread == Rule.Spread.NOBODY:
        return None, Why.DEPARTMENT
    return _of_team(how, people.members(team), people)


def _preferred(how: Rule, known: Known) -> list[tuple[int | None, str]]:
    wanted: dict[str, tuple[int | None, str]] = {
        Rule.Prefers.OWNER: (known.owner, Why.OWNER),
        Rule.Prefers.LAST: (known.last, Why.LAST),
    }
    return [(known.before, Why.KEPT), *(wanted[one] for one in how.prefers)]


def _of_team(how: Rule, members: Sequence[int], people: People) -> tuple[int | None, str]:
    if not members:
        return None, Why.EMPTY
    here = [user for user in members if how.even_offline or people.is_here(user)]
    if not here:
        return None, Why.ABSENT
    free = [user for user in here if people.room(user) > 0]
    if not free:
        return None, Why.FULL
    if how.spread == Rule.Spread.TURNS:
        return min(free, key=lambda user: (people.last_given(user), user)), Why.TURN
    return min(free, key=lambda user: (people.load(user), people.last_given(user), user)), Why.LEAST


def _can(user: int, how: Rule, people: People) -> bool:
    return (how.even_offline or people.is_here(user)) and people.room(user) > 0
