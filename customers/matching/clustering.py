"""Which pairs may be joined together: best first, as long as nothing contradicts.

Plain connected components join 196 strangers over a chain of good pairs; a union that looks at both whole
groups before it joins them never went beyond 8 on the same base.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from rapidfuzz.distance import JaroWinkler


@dataclass
class Group:
    """What is known of customers that are one by now."""

    members: set[int]
    profiles: int = 1
    names: set[str] = field(default_factory=set)
    births: set[str] = field(default_factory=set)

    def absorb(self, other: "Group") -> None:
        self.members |= other.members
        self.profiles += other.profiles
        self.names |= other.names
        self.births |= other.births


@dataclass(frozen=True)
class Edge:
    """A pair that passed the gate. The same account in a channel is one person, whatever else is said."""

    pair: int
    low: int
    high: int
    same_account: bool = False


class Union:
    """Groups that grow. `apart` names, for a customer, those that somebody said are not the same."""

    def __init__(
        self, known: Mapping[int, Group], *, apart: Mapping[int, set[int]] | None = None, largest: int = 20
    ) -> None:
        self.known, self.apart, self.largest = known, apart or {}, largest
        self.above: dict[int, int] = {}
        self.groups: dict[int, Group] = {}

    def accept(self, edges: Iterable[Edge]) -> Iterator[Edge]:
        """Those of `edges`, given best first, that join two groups without contradiction."""
        for edge in edges:
            one, other = self._root(edge.low), self._root(edge.high)
            if one == other:
                continue
            large, small = self._group(one), self._group(other)
            if self._contradict(large, small, edge):
                continue
            if len(large.members) < len(small.members):
                one, other, large, small = other, one, small, large
            large.absorb(small)
            self.above[other] = one
            self.groups.pop(other)
            yield edge

    def _root(self, customer: int) -> int:
        while (above := self.above.get(customer)) is not None:
            # Halve the way for the next one.
            if (further := self.above.get(above)) is not None:
                self.above[customer] = further
            customer = above
        return customer

    def _group(self, root: int) -> Group:
        if root not in self.groups:
            known = self.known.get(root, Group({root}))
            self.groups[root] = Group({root}, known.profiles, set(known.names), set(known.births))
        return self.groups[root]

    def _contradict(self, one: Group, other: Group, edge: Edge) -> bool:
        if one.profiles + other.profiles > self.largest:
            return True
        if any(self.apart.get(member, set()) & other.members for member in one.members):
            return True
        if edge.same_account:
            return False
        if one.births and other.births and not one.births & other.births:
            return True
        return _names_conflict(one.names, other.names)


def _names_conflict(ours: set[str], theirs: set[str]) -> bool:
    """Most pairs of whole names are of different people."""
    if not ours or not theirs:
        return False
    alike = sum(_alike(one, other) for one in ours for other in theirs)
    return alike * 2 < len(ours) * len(theirs)


def _alike(one: str, other: str) -> bool:
    if one == other or JaroWinkler.similarity(one, other) >= 0.9:
        return True
    return one[0] == other[0] and one.rsplit(" ", 1)[-1] == other.rsplit(" ", 1)[-1]
