"""How sure one may be of a difference between two groups. Pure arithmetic; every interval is for 95 %.

Shares: Wilson's score interval for one, Newcombe's hybrid score interval ("method 10") for the difference of
two (Newcombe 1998, Statistics in Medicine 17, 873-890). Money: Welch's interval for the difference of two
means, with the normal quantile, so it asks for groups of at least ENOUGH.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)
# Below this many in a group, or this many buyers in both together, nothing is said about money.
ENOUGH, ENOUGH_BUYERS = 100, 20


@dataclass(frozen=True)
class Group:
    """So many people, how many of them bought, what they spent in all and the sum of its squares."""

    members: int
    buyers: int
    revenue: float = 0.0
    squares: float = 0.0

    @property
    def share(self) -> float:
        return self.buyers / self.members if self.members else 0.0

    @property
    def mean(self) -> float:
        """Spent per member, those who spent nothing included."""
        return self.revenue / self.members if self.members else 0.0

    @property
    def variance(self) -> float:
        """The sample variance of what members spent."""
        if self.members < 2:
            return 0.0
        return max(0.0, self.squares - self.members * self.mean**2) / (self.members - 1)


@dataclass(frozen=True)
class Estimate:
    """A figure with the interval that holds the truth in 95 of 100 such cases."""

    value: float
    low: float
    high: float

    @property
    def is_certain(self) -> bool:
        """Whether it surely differs from nothing."""
        return self.low > 0 or self.high < 0

    def times(self, number: float) -> "Estimate":
        return Estimate(self.value * number, self.low * number, self.high * number)


def wilson(hits: int, of: int) -> Estimate:
    """A share with its interval; without anybody it may be anything."""
    if not of:
        return Estimate(0.0, 0.0, 1.0)
    share, square = hits / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half))


def share_difference(one: tuple[int, int], other: tuple[int, int]) -> Estimate:
    """The share of `one` less that of `other`; each is (hits, of)."""
    left, right = wilson(*one), wilson(*other)
    value = left.value - right.value
    low = value - sqrt((left.value - left.low) ** 2 + (right.high - right.value) ** 2)
    high = value + sqrt((left.high - left.value) ** 2 + (right.value - right.low) ** 2)
    return Estimate(value, low, high)


def money_difference(one: Group, other: Group) -> Estimate | None:
    """What a member of `one` spent more than one of `other`; None where there are too few to say."""
    if min(one.members, other.members) < ENOUGH or one.buyers + other.buyers < ENOUGH_BUYERS:
        return None
    value = one.mean - other.mean
    half = Z * sqrt(one.variance / one.members + other.variance / other.members)
    return Estimate(value, value - half, value + half)
