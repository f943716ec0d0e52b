"""The figures of one report: four questions to the counts, whatever the number of conversations.

Who sees only their own work is answered from their own facts, which are few.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from channels.reports import refreshing, times
from channels.reports.models import Tally
from channels.reports.periods import Asked
from crm.accounts.models import Team, User
from crm.accounts.policy import Scope

M = Tally.Measure

FROM_TALLIES = """
    reports_tally WHERE is_month = %(by_month)s AND by_person = {by_person}
      AND day BETWEEN %(first)s AND %(last)s {limits}
"""
FROM_FACTS = """
    (SELECT {day} AS day, measure, team_id, person_id, kind, bucket, number FROM (
        {events} AND fact.person_id = %(person)s AND event.day BETWEEN %(first)s AND %(last)s
    ) AS mine) AS tally WHERE true {limits}
"""
BY_DAY = "SELECT measure, day, sum(number) FROM {rows} AND measure IN (1, 2) GROUP BY measure, day"
BY_HOUR = "SELECT kind, bucket, sum(number) FROM {rows} AND measure = 1 GROUP BY kind, bucket"
BY_PART = """
    SELECT {part}, measure, CASE WHEN measure = 1 THEN 0 ELSE bucket END AS class, sum(number)
    FROM {rows} GROUP BY 1, 2, 3
"""


@dataclass
class Part:
    """What is known of all, one team or one person: counts by measure and class."""

    name: str = ""
    key: int | None = None
    counts: dict[int, dict[int, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

    def add(self, measure: int, bucket: int, number: int) -> None:
        self.counts[measure][bucket] += number

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
    for measure, day, number in _ask(BY_DAY, user, asked):
        days[day][measure - 1] += int(number)
    hours = {(kind, hour): int(number) for kind, hour, number in _ask(BY_HOUR, user, asked)}
    everything = Part()
    teams: dict[int | None, Part] = {}
    for key, measure, bucket, number in _ask(BY_PART, user, asked):
        everything.add(measure, bucket, int(number))
        teams.setdefault(key, Part(key=key)).add(measure, bucket, int(number))
    people: dict[int, Part] = {}
    for key, measure, bucket, number in _ask(BY_PART, user, asked, by_person=True):
        people.setdefault(key, Part(key=key)).add(measure, bucket, int(number))
    team_names = dict(Team.objects.filter(pk__in=[key for key in teams if key]).values_list("pk", "name"))
    user_names = dict(User.objects.filter(pk__in=list(people)).values_list("pk", "name"))
    return Report(
        asked,
        everything,
        {day: (opened, closed) for day, (opened, closed) in sorted(days.items())},
        hours,
        _named(teams.values(), team_names),
        _named(people.values(), user_names),
    )


def _named(parts: Iterable[Part], names: dict[int, str]) -> list[Part]:
    """The busiest first."""
    found = list(parts)
    for part in found:
        part.name = names.get(part.key or 0, "")
    return sorted(found, key=lambda part: (-part.total(M.OPENED) - part.total(M.CLOSED), part.name))


def _ask(sql: str, user: User, asked: Asked, *, by_person: bool = False) -> list[Any]:
    values: dict[str, Any] = {"first": asked.first, "last": asked.last, "by_month": asked.by_month}
    limits, scope = "", user.scope("report", "view")
    if asked.team:
        limits += " AND team_id = %(team)s"
        values["team"] = asked.team.pk
    if scope is Scope.OWN:
        day = "date_trunc('month', day)::date" if asked.by_month else "day"
        rows = FROM_FACTS.format(day=day, events=refreshing.EVENTS, limits=limits)
        values["person"] = user.pk
    else:
        if scope < Scope.ALL:
            limits += " AND team_id = ANY(%(teams)s)"
            values["teams"] = user.team_ids if scope is Scope.TEAM else user.team_tree_ids
        rows = FROM_TALLIES.format(by_person="true" if by_person else "false", limits=limits)
    with connection.cursor() as cursor:
        cursor.execute(sql.format(rows=rows, part="person_id" if by_person else "team_id"), values)
        return list(cursor.fetchall())
