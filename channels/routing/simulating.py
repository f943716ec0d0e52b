"""A simulation is a row: asked for, claimed with a lease, worked through in one go. It changes nothing else.

The conversations are read in pieces, each in a few statements; what both versions do alike is only counted.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from channels.inbox.models import Conversation
from channels.routing.deciding import Known, Outcome
from channels.routing.models import Capacity, Change, Rule, Simulation
from channels.routing.outlook import Outlook
from channels.routing.people import answering, last_answered, members_of
from channels.routing.replaying import Case, Replay
from channels.standards import conditions
from crm.accounts.models import Team

PIECE = 2000
LEASE = timedelta(minutes=3)
MOST_ATTEMPTS = 3
# Which differences are kept for looking at; all are counted.
MOST_CHANGES = 20_000
KEPT = 50


@dataclass
class Side:
    """One version of the rules and what it leads to."""

    replay: Replay
    outlook: Outlook
    teams: Counter[str] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)

    def play(self, case: Case, row: dict[str, Any]) -> Outcome:
        outcome = self.replay.play(case)
        self.teams[str(outcome.team or "")] += 1
        self.people[str(outcome.assignee or "")] += 1
        self.rules[str(outcome.rule.pk if outcome.rule else "")] += 1
        self.why[str(outcome.why)] += 1
        self.outlook.count(case.facts, outcome, row)
        return outcome

    def summary(self) -> dict[str, Any]:
        return {
            "teams": dict(self.teams),
            "people": dict(self.people),
            "rules": dict(self.rules),
            "why": dict(self.why),
            "hours": [[hour, dict(_named(load))] for hour, load in sorted(self.replay.hourly.items())],
            "promises": self.outlook.summary(),
        }


def sweep() -> None:
    given_up = Simulation.objects.unheld().filter(attempts__gte=MOST_ATTEMPTS)
    given_up.update(finished_at=timezone.now(), error="attempts")
    if found := Simulation.objects.unheld().order_by("pk").first():
        run(found.pk)


def run(pk: int) -> None:
    until = timezone.now() + LEASE
    mine = Simulation.objects.unheld().filter(pk=pk, attempts__lt=MOST_ATTEMPTS)
    if not mine.update(lease_until=until, attempts=F("attempts") + 1, done=0):
        return
    simulation = Simulation.objects.select_related("ruleset", "against").get(pk=pk)
    _work(simulation)
    old = Simulation.objects.order_by("-pk").values_list("pk", flat=True)[KEPT:]
    Simulation.objects.filter(pk__in=list(old)).delete()


def _work(simulation: Simulation) -> None:
    cases = Conversation.objects.filter(opened_at__gte=simulation.since, opened_at__lt=simulation.until)
    Simulation.objects.filter(pk=simulation.pk).update(total=cases.count())
    versions = [list(one.rules.order_by("position")) for one in (simulation.against, simulation.ruleset)]
    before, after = _sides(simulation, versions)
    asked = [rule.conditions for rules in versions for rule in rules] + before.outlook.asked
    Change.objects.filter(simulation=simulation).delete()
    changed: Counter[str] = Counter()
    done = kept = 0
    for piece in _pieces(cases):
        changes = _play(piece, asked, before, after)
        changed.update(what for change in changes for what in change.what)
        changed["any"] += len(changes)
        for change in changes:
            change.simulation = simulation
        Change.objects.bulk_create(changes[: max(0, MOST_CHANGES - kept)], batch_size=1000)
        done, kept = done + len(piece), kept + len(changes)
        Simulation.objects.filter(pk=simulation.pk).update(done=done, lease_until=timezone.now() + LEASE)
    summary = {"now": before.summary(), "then": after.summary(), "changed": dict(changed)}
    with transaction.atomic():
        Simulation.objects.filter(pk=simulation.pk).update(summary=summary, finished_at=timezone.now())


def _play(
    piece: Sequence[dict[str, Any]], asked: Sequence[conditions.Conditions], before: Side, after: Side
) -> list[Change]:
    changes = []
    for row, case in zip(piece, _cases(piece, asked), strict=True):
        now, then = before.play(case, row), after.play(case, row)
        if what := _differences(now, then):
            changes.append(
                Change(conversation_id=row["pk"], now=_plain(now), then=_plain(then), what=sorted(what))
            )
    return changes


def _pieces(cases: Any) -> Iterator[list[dict[str, Any]]]:
    """In the order in which they were opened, so that people fill up as they did."""
    at, pk = None, 0
    columns = ("pk", "opened_at", "closed_at", "first_reply_at", "last_in_at", "channel__team", "last_at")
    while True:
        rest = cases if at is None else cases.filter(Q(opened_at__gt=at) | Q(opened_at=at, pk__gt=pk))
        piece = list(rest.order_by("opened_at", "pk").values(*columns)[:PIECE])
        if not piece:
            return
        yield piece
        at, pk = piece[-1]["opened_at"], piece[-1]["pk"]


def _cases(piece: Sequence[dict[str, Any]], asked: Sequence[conditions.Conditions]) -> Iterator[Case]:
    pks = [row["pk"] for row in piece]
    facts, last = conditions.gather(pks, asked, as_opened=True), last_answered(pks)
    for row in piece:
        known = Known(owner=facts[row["pk"]].owner, last=last.get(row["pk"]))
        closed = row["closed_at"] or timezone.now()
        yield Case(facts[row["pk"]], row["channel__team"], known, row["opened_at"], closed)


def _sides(simulation: Simulation, versions: Sequence[Sequence[Rule]]) -> list[Side]:
    teams = members_of(Team.objects.values_list("pk", flat=True))
    everybody = answering(None)
    capacities = dict(Capacity.objects.values_list("user", "most"))
    open_ones = _open_at(simulation.since)
    found = []
    for rules in versions:
        calendars = conditions.calendars_of([rule.conditions for rule in rules])
        replay = Replay(rules, calendars, teams, everybody, capacities)
        replay.begin_with(open_ones)
        found.append(Side(replay, Outlook()))
    return found


def _open_at(moment: datetime) -> list[tuple[int, datetime]]:
    """Who had what when it starts. What is still open today stays to the end."""
    still = Conversation.objects.open().filter(opened_at__lt=moment, assignee__isnull=False)
    closed = Conversation.objects.filter(
        status=Conversation.Status.CLOSED, opened_at__lt=moment, closed_at__gte=moment, assignee__isnull=False
    )
    now = timezone.now()
    # Reaching back without an end would read every conversation there ever was.
    recent = closed.filter(last_at__gte=moment - timedelta(days=1))
    ended = recent.values_list("assignee", "closed_at")
    return [
        *((user, now) for user in still.values_list("assignee", flat=True) if user),
        *((user, until or now) for user, until in ended if user),
    ]


def _differences(now: Outcome, then: Outcome) -> set[str]:
    pairs = {
        "team": (now.team, then.team),
        "person": (now.assignee, then.assignee),
        "priority": (now.priority, then.priority),
    }
    return {what for what, (one, other) in pairs.items() if one != other}


def _plain(outcome: Outcome) -> dict[str, Any]:
    return {
        "rule": outcome.rule.name if outcome.rule else "",
        "team": outcome.team,
        "person": outcome.assignee,
        "priority": outcome.priority,
        "why": str(outcome.why),
    }


def _named(load: Counter[int | None]) -> dict[str, int]:
    return {str(team or ""): number for team, number in load.items()}
