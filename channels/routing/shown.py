"""Rules, people and simulations as pages show them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from channels.inbox.models import Conversation
from channels.live import presence
from channels.live.presence import Availability
from channels.routing import words
from channels.routing.models import DEFAULT_CAPACITY, Capacity, Change, Decision, Department, Rule, Simulation
from channels.routing.people import ANSWERING, loads
from channels.standards.words import Names
from crm.accounts.models import Team, User
from crm.lib.charts import Chart, Series, line

TONES = {Availability.ONLINE: "ok", Availability.AWAY: "warn", Availability.OFFLINE: ""}


@dataclass(frozen=True)
class RuleCard:
    rule: Rule
    place: int
    when: list[str]
    then: list[str]
    who: list[str]


@dataclass(frozen=True)
class Person:
    user: User
    standing: str
    tone: str
    load: int
    most: int


@dataclass(frozen=True)
class Group:
    team: Team
    department: Department | None
    people: list[Person]


@dataclass(frozen=True)
class Compared:
    """One line of a comparison. `url` leads to what is behind it."""

    name: str
    now: int
    then: int

    @property
    def change(self) -> int:
        return self.then - self.now


def rule_cards(rules: Iterable[Rule], names: Names) -> list[RuleCard]:
    return [
        RuleCard(rule, place, words.when(rule, names), words.then(rule, names), words.who(rule))
        for place, rule in enumerate(rules, 1)
    ]


def groups(teams: Iterable[Team]) -> list[Group]:
    """Departments with those in them who answer customers; a handful of statements for all of them."""
    found = list(teams)
    rows = User.objects.filter(is_active=True, roles__overlap=ANSWERING, teams__in=found).distinct()
    users = list(rows.prefetch_related("teams").order_by("name", "pk"))
    pks = [user.pk for user in users]
    standing, busy = presence.available(users), loads(pks)
    capacities = dict(Capacity.objects.filter(user__in=pks).values_list("user", "most"))
    departments = Department.objects.select_related("calendar", "overflow").in_bulk()
    people = {
        user.pk: Person(
            user,
            str(standing[user.pk].label),
            TONES[standing[user.pk]],
            busy.get(user.pk, 0),
            capacities.get(user.pk, DEFAULT_CAPACITY),
        )
        for user in users
    }
    return [
        Group(
            team,
            departments.get(team.pk),
            [people[user.pk] for user in users if team in user.teams.all()],
        )
        for team in found
    ]


def compared(simulation: Simulation, names: Names) -> dict[str, list[Compared]]:
    now, then = simulation.summary["now"], simulation.summary["then"]
    nobody = pgettext("routing", "Nobody yet")
    nowhere = pgettext("routing", "No department")
    return {
        "teams": _pairs(now["teams"], then["teams"], {"": nowhere, **_texts(names.teams)}),
        "people": _pairs(now["people"], then["people"], {"": nobody, **_texts(names.users)}),
        "why": _pairs(now["why"], then["why"], {one.value: str(one.label) for one in Decision.Why}),
        "promises": _promises(now["promises"]["counts"], then["promises"]["counts"]),
    }


def hourly(simulation: Simulation, names: Names) -> Chart | None:
    """Arrivals for each hour of the day, on average, under the draft, one line for each department."""
    hours = simulation.summary["then"]["hours"]
    if not hours:
        return None
    days = max(1, round((simulation.until - simulation.since).total_seconds() / 86400))
    per_team: dict[str, Counter[int]] = {}
    for hour, load in hours:
        at = timezone.localtime(datetime.fromtimestamp(hour * 3600, UTC)).hour
        for team, number in load.items():
            per_team.setdefault(team, Counter())[at] += number
    busiest = sorted(per_team.items(), key=lambda one: -one[1].total())[:5]
    teams = {"": pgettext("routing", "No department"), **_texts(names.teams)}
    series = [
        Series(teams.get(team, team), [round(load[hour] / days, 1) for hour in range(24)], tone)
        for tone, (team, load) in enumerate(busiest, 1)
    ]
    return line(_("Arrivals in each hour of the day"), [f"{hour}:00" for hour in range(24)], series)


def differences(changes: Iterable[Change], names: Names) -> list[dict[str, Any]]:
    """The conversations behind a comparison, each with both sides in words."""
    return [{"change": one, "now": _side(one.now, names), "then": _side(one.then, names)} for one in changes]


def period(simulation: Simulation) -> str:
    since, until = (
        date_format(timezone.localtime(one), "SHORT_DATE_FORMAT")
        for one in (simulation.since, simulation.until)
    )
    return f"{since} – {until}"


def _side(side: Mapping[str, Any], names: Names) -> dict[str, str]:
    priority = side.get("priority")
    return {
        "team": names.teams.get(side.get("team"), pgettext("routing", "No department")),
        "person": names.users.get(side.get("person"), pgettext("routing", "Nobody yet")),
        "priority": str(Conversation.Priority(priority).label) if priority else "",
        "why": str(Decision.Why(side["why"]).label),
        "rule": str(side.get("rule", "")),
    }


def _pairs(now: Mapping[str, int], then: Mapping[str, int], names: Mapping[str, str]) -> list[Compared]:
    gone = _("no longer there")
    rows = [Compared(names.get(key, gone), now.get(key, 0), then.get(key, 0)) for key in {*now, *then}]
    return sorted(rows, key=lambda one: (-max(one.now, one.then), one.name))


def _promises(now: Mapping[str, int], then: Mapping[str, int]) -> list[Compared]:
    names = {
        "kept": pgettext("promise", "Kept"),
        "late": pgettext("promise", "Too late"),
        "open": pgettext("promise", "Still in time"),
        "none": _("Nothing promised"),
    }
    return [
        Compared(str(name), now.get(key, 0), then.get(key, 0))
        for key, name in names.items()
        if key in now or key in then
    ]


def _texts(names: Mapping[Any, str]) -> dict[str, str]:
    return {str(pk): name for pk, name in names.items()}
