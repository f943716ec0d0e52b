"""Replaying a stretch of time: conversations open and close again, people fill up and become free.

Who was at their desk then is not known, so everybody counts as here; both versions of the rules are judged by
the same measure. Load begins with what people really had open at the start.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from channels.routing import deciding
from channels.routing.deciding import Known, Outcome
from channels.routing.models import DEFAULT_CAPACITY, Rule
from channels.standards.conditions import Facts
from channels.standards.hours import Hours


@dataclass(frozen=True)
class Case:
    """One conversation of the past."""

    facts: Facts
    # The department of its channel, for where no rule names one.
    team: int | None
    known: Known
    opened: datetime
    # When it was closed; open ones stay to the end.
    closed: datetime


@dataclass
class Replay:
    """The people as one version of the rules would have kept them busy; itself what `decide` asks."""

    rules: Sequence[Rule]
    calendars: Mapping[int, Hours]
    teams: Mapping[int, list[int]]
    answering: set[int]
    capacities: Mapping[int, int]
    busy: Counter[int] = field(default_factory=Counter)
    # When each conversation that somebody has ends.
    _ends: list[tuple[float, int]] = field(default_factory=list)
    _given: dict[int, float] = field(default_factory=dict)
    # The highest load of each department's people in each hour: hour → team → conversations opened.
    hourly: dict[int, Counter[int | None]] = field(default_factory=lambda: defaultdict(Counter))

    def begin_with(self, open_ones: Sequence[tuple[int, datetime]]) -> None:
        """What people had open when it starts, and until when."""
        for user, until in open_ones:
            self._take(user, until.timestamp())

    def play(self, case: Case) -> Outcome:
        now = case.opened.timestamp()
        while self._ends and self._ends[0][0] <= now:
            self.busy[heapq.heappop(self._ends)[1]] -= 1
        rule = deciding.first_rule(self.rules, case.facts, self.calendars)
        outcome = deciding.decide(rule, case.team, case.known, self)
        if outcome.assignee:
            self._given[outcome.assignee] = now
            self._take(outcome.assignee, case.closed.timestamp())
        self.hourly[int(now // 3600)][outcome.team] += 1
        return outcome

    def members(self, team: int) -> Sequence[int]:
        return self.teams.get(team, [])

    def answers(self, user: int) -> bool:
        return user in self.answering

    def is_here(self, user: int) -> bool:
        return True

    def load(self, user: int) -> int:
        return self.busy[user]

    def room(self, user: int) -> int:
        return self.capacities.get(user, DEFAULT_CAPACITY) - self.busy[user]

    def last_given(self, user: int) -> float:
        return self._given.get(user, 0.0)

    def _take(self, user: int, until: float) -> None:
        self.busy[user] += 1
        heapq.heappush(self._ends, (until, user))
