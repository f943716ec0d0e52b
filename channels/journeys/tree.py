"""A design as the page draws it: cards, what is wrong with them, and what happened at each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.journeys import books, words
from channels.journeys.deciding import EXIT, GOAL
from channels.journeys.models import Journey, Run, Version
from channels.journeys.plan import BRANCHES, ICONS, Kind, Nodes
from channels.journeys.rehearsing import Rehearsal
from channels.models import Channel
from channels.offers.models import Offer

HIDDEN = (
    books.REACHED,
    books.GONE_ON,
    books.ENTERED,
    "wait",
    "message",
    "task",
    "tag",
    "field",
    "owner",
    "segment",
    "notice",
    "webhook",
    "yes",
    "no",
    "a",
    "b",
)


@dataclass(frozen=True)
class Branch:
    label: str
    place: str
    number: int | None
    cards: "list[Card]"


@dataclass(frozen=True)
class Card:
    """`reached` and `here` are None where nothing was counted. `place` names the gap behind it."""

    id: int
    kind: str
    icon: str
    title: str
    detail: str
    place: str
    is_first: bool
    is_last: bool
    reached: int | None
    here: int | None
    notes: Sequence[tuple[str, int]]
    problems: Sequence[str]
    branches: list[Branch] = field(default_factory=list)


@dataclass
class Painter:
    """Draws with the figures of a version, or of a dry run, or without any."""

    problems: Mapping[int, Sequence[str]]
    tallies: Mapping[int, Mapping[str, int]] | None = None

    def __post_init__(self) -> None:
        self.channels = dict(Channel.objects.values_list("pk", "name"))
        self.offers = dict(Offer.objects.values_list("pk", "name"))  # no customer data

    def cards(self, nodes: Nodes) -> list[Card]:
        return [self._card(node, place, len(nodes)) for place, node in enumerate(nodes)]

    def _card(self, node: dict[str, Any], place: int, of: int) -> Card:
        told = None if self.tallies is None else self.tallies.get(node["id"], {})
        return Card(
            id=node["id"],
            kind=node["kind"],
            icon=ICONS[Kind(node["kind"])],
            title=words.title(node),
            detail=words.detail(node, self.channels, self.offers),
            place=str(node["id"]),
            is_first=place == 0,
            is_last=place == of - 1,
            reached=None if told is None else told.get(books.REACHED, 0),
            here=None if told is None else max(0, told.get(books.REACHED, 0) - told.get(books.GONE_ON, 0)),
            notes=[(words.happened(what), number) for what, number in told_of(told)],
            problems=self.problems.get(node["id"], ()),
            branches=[self._branch(node, name, told) for name in BRANCHES.get(node["kind"], ())],
        )

    def _branch(self, node: dict[str, Any], name: str, told: Mapping[str, int] | None) -> Branch:
        number = None if told is None else told.get(name, 0)
        return Branch(
            str(words.BRANCH[name]), f"{node['id']}{name}", number, self.cards(node["branches"][name])
        )


def told_of(told: Mapping[str, int] | None) -> list[tuple[str, int]]:
    """What is worth saying of what happened at a step, in one order."""
    return sorted((what, number) for what, number in (told or {}).items() if number and what not in HIDDEN)


@dataclass(frozen=True)
class Totals:
    entered: int
    here: int
    goal: int
    done: int
    left: int

    @property
    def goal_share(self) -> float | None:
        return self.goal / self.entered if self.entered else None


def totals(journeys: Sequence[Journey]) -> dict[int, Totals]:
    """What came of each journey, over all its versions."""
    versions = dict(Version.objects.filter(journey__in=journeys).values_list("pk", "journey"))
    found: dict[int, dict[str, int]] = {}
    for version, nodes in books.tallies(versions).items():
        sums = found.setdefault(versions[version], {})
        for what, number in nodes.get(0, {}).items():
            sums[what] = sums.get(what, 0) + number
    return {one.pk: _totals(found.get(one.pk, {})) for one in journeys}


def _totals(sums: Mapping[str, int]) -> Totals:
    entered = sums.get(books.ENTERED, 0)
    goal, done, left = (
        sums.get(state.value, 0) for state in (Run.State.GOAL, Run.State.DONE, Run.State.LEFT)
    )
    return Totals(entered, max(0, entered - goal - done - left), goal, done, left)


def of_rehearsal(found: Rehearsal) -> dict[int, dict[str, int]]:
    """The figures of a dry run, as if they had happened: nobody is under way any more."""
    tallies: dict[int, dict[str, int]] = {}
    for node, number in found.reached.items():
        tallies[node] = {books.REACHED: number, books.GONE_ON: number}
    for (node, what), number in found.happened.items():
        tallies.setdefault(node, {})[what] = number
    return tallies


def ends_of(found: Rehearsal) -> Totals:
    done = found.ends[""] + found.ends[EXIT]
    goal = found.ends[GOAL]
    return Totals(found.entered, 0, goal, done, found.entered - done - goal)
