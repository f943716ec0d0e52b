"""The figures of one report: three questions to the counts, whatever the number of conversations."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from channels.reports import times
from channels.reports.models import Tally
from channels.reports.periods import Asked
from crm.accounts.models import User
from crm.accounts.policy import Scope

M = Tally.Measure

# Those that are shown whatever clock is asked for.
ALWAYS = [M.OPENED, M.CLOSED, M.REOPENED, M.RESOLUTION, M.KEPT, M.MISSED, M.RATED]
WITH_ARTICLE = [M.ARTICLE, M.ARTICLE_RESOLUTION, M.ARTICLE_RATED]

BY_DAY = """
    SELECT measure, day, sum(number) FROM reports_tally AS tally
    WHERE span = %(span)s AND day BETWEEN %(first)s AND %(last)s AND measure = ANY(%(measures)s) {limits}
    GROUP BY measure, day
"""
BY_PART = """
    SELECT team_id, person_id, measure, bucket, sum(number)
    FROM unnest(%(spans)s::int[], %(days)s::date[]) AS part(span, day)
    JOIN reports_tally AS tally USING (span, day)
    WHERE measure = ANY(%(measures)s) {limits} GROUP BY 1, 2, 3, 4
"""
BY_HOUR = """
    SELECT kind, bucket, sum(number)
    FROM unnest(%(spans)s::int[], %(days)s::date[]) AS part(span, day)
    JOIN reports_tally AS tally USING (span, day)
    WHERE measure = ANY(%(measures)s) {limits} GROUP BY kind, bucket
"""
# Counts by hour know no person: who sees only their own work is answered from their own facts.
MY_HOURS = """
    SELECT kind, hour, count(*) FROM reports_fact AS fact
    WHERE day BETWEEN %(first)s AND %(last)s {limits} GROUP BY kind, hour
"""


@dataclass
class Part:
    """What is known of all, one team or one person: counts by measure and class."""

    name: str = ""
    key: int | None = None
    counts: dict[int, dict[int, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

    def add(self, measure: int, bucket: int, number: int) -> None:
        self.counts[measure][bucket] += int(number)

    def total(self, measure: int) -> int:
        return sum(self.counts[measure].values())

    def quantile(self, measure: int, share: float) -> float | None:
        return times.quantile(self.counts[measure], share)

    def mean(self, measure: int) -> float | None:
        total = self.total(measure)
        return (
            sum(score * number for score, number in self.counts[measure].items()) / total if total else None
        )

    @property
    def kept(self) -> float | None:
        """The share of promises that were kept."""
        kept, missed = self.total(M.KEPT), self.total(M.MISSED)
        return kept / (kept + missed) if kept + missed else None


@dataclass(frozen=True)
class Report:
    asked: Asked
    all: Part
    days: dict[date, tuple[int, int]]
    hours: dict[tuple[str, int], int]
    teams: list[Part]
    people: list[Part]

    @property
    def first(self) -> int:
        return M.FIRST_REPLY if self.asked.by_clock else M.FIRST_REPLY_OPEN

    @property
    def resolution(self) -> int:
        return M.RESOLUTION if self.asked.by_clock else M.RESOLUTION_OPEN


def load(user: User, asked: Asked) -> Report:
    days: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for measure, day, number in _ask(BY_DAY, user, asked, [M.OPENED, M.CLOSED]):
        days[day][measure - 1] += int(number)
    is_own = user.scope("report", "view") is Scope.OWN
    hours = _ask(MY_HOURS if is_own else BY_HOUR, user, asked, [M.BEGUN])
    everything, teams, people = Part(), _Parts(), _Parts()
    times_asked = [] if asked.by_clock else [M.RESOLUTION_OPEN]
    first = M.FIRST_REPLY if asked.by_clock else M.FIRST_REPLY_OPEN
    for team, person, *counted in _ask(BY_PART, user, asked, [*ALWAYS, *WITH_ARTICLE, first, *times_asked]):
        for part in (everything, teams.of(team), people.of(person)):
            part.add(*counted)
    return Report(
        asked,
        everything,
        {day: (opened, closed) for day, (opened, closed) in sorted(days.items())},
        {(kind, hour): int(number) for kind, hour, number in hours},
        teams.named({one.pk: one.name for one in user.all_teams}),
        people.named(dict(User.objects.filter(pk__in=people.keys).values_list("pk", "name"))),
    )


class _Parts:
    """The parts of the whole by team, or by person."""

    def __init__(self) -> None:
        self._parts: dict[int | None, Part] = {}

    def of(self, key: int | None) -> Part:
        if key not in self._parts:
            self._parts[key] = Part(key=key)
        return self._parts[key]

    @property
    def keys(self) -> list[int]:
        return [key for key in self._parts if key]

    def named(self, names: dict[int, str]) -> list[Part]:
        """The busiest first."""
        for part in self._parts.values():
            part.name = names.get(part.key or 0, "")
        return sorted(
            self._parts.values(), key=lambda part: (-part.total(M.OPENED) - part.total(M.CLOSED), part.name)
        )


def _ask(sql: str, user: User, asked: Asked, measures: list[int]) -> list[Any]:
    limits, scope = "", user.scope("report", "view")
    spans = asked.spans()
    values: dict[str, Any] = {
        "first": asked.first,
        "last": asked.last,
        "span": Tally.Span.MONTH if asked.by_month else Tally.Span.DAY,
        "spans": [span for span, _day in spans],
        "days": [day for _span, day in spans],
        "measures": [int(one) for one in measures],
    }
    if asked.team:
        limits += " AND team_id = %(team)s"
        values["team"] = asked.team.pk
    if scope is Scope.OWN:
        limits += " AND person_id = %(person)s"
        values["person"] = user.pk
    elif scope < Scope.ALL:
        limits += " AND team_id = ANY(%(teams)s)"
        values["teams"] = user.team_ids if scope is Scope.TEAM else user.team_tree_ids
    with connection.cursor() as cursor:
        cursor.execute(sql.format(limits=limits), values)
        return list(cursor.fetchall())
