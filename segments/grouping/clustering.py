"""Finds groups in a sample of customers, knows those again that were there before, tells them apart."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import MiniBatchKMeans
from sklearn.metrics import silhouette_score
from threadpoolctl import threadpool_limits

from segments.grouping.features import MONEY, Floats, Ints, Piece, Reader

FEWEST, MOST = 4, 8
SEED = 7
# Silhouettes compare everybody with everybody.
COMPARED = 2_000
# Shares that a group has more of than all customers, by this factor and of this size, are told.
LIFT, SHARE = 1.25, 0.1
# Many shares together count no more than how recent, how often and how dear.
WEIGHT = 0.5
TOLD = 4


@dataclass(frozen=True)
class Scale:
    """What brings all features to the same size."""

    mean: Floats
    width: Floats

    @classmethod
    def of(cls, values: Floats) -> "Scale":
        width = values.std(axis=0)
        shares = np.array([place >= len(MONEY) for place in range(values.shape[1])])
        return cls(values.mean(axis=0), np.where(width > 0, width, 1) / np.where(shares, WEIGHT, 1))

    def apply(self, values: Floats) -> Floats:
        return np.asarray((values - self.mean) / self.width)


@dataclass(frozen=True)
class Model:
    """Centres on the common scale, and how well each number of groups set the sample apart."""

    scale: Scale
    centres: Floats
    tried: dict[int, float]

    def nearest(self, values: Floats) -> Ints:
        scaled = self.scale.apply(values)
        apart = (scaled**2).sum(axis=1)[:, None] - 2 * scaled @ self.centres.T
        return np.asarray(np.argmin(apart + (self.centres**2).sum(axis=1), axis=1))


def fit(values: Floats) -> Model:
    """The same sample always gives the same groups."""
    scale = Scale.of(values)
    scaled = scale.apply(values)
    chosen = np.random.default_rng(SEED).permutation(len(scaled))[:COMPARED]
    found, tried = {}, {}
    # One thread: sums in another order would move the borders between groups.
    with threadpool_limits(1):
        for number in range(FEWEST, MOST + 1):
            means = MiniBatchKMeans(number, random_state=SEED, n_init=3, batch_size=2048).fit(scaled)
            kinds = means.labels_[chosen]
            found[number] = means.cluster_centers_
            tried[number] = float(silhouette_score(scaled[chosen], kinds)) if len(set(kinds)) > 1 else -1.0
    best = max(tried, key=lambda number: (tried[number], -number))
    return Model(scale, found[best], tried)


Place = dict[str, float]


def numbers(centres: Sequence[Place], before: dict[int, Place], scale: Scale) -> list[int]:
    """A number for each centre: that of the group that lay there before, unless it moved too far."""
    names = list(centres[0])
    fresh = max(before, default=0)
    given = [0] * len(centres)
    if before:
        old, new = _places(before.values(), names, scale), _places(centres, names, scale)
        apart = np.linalg.norm(new[:, None] - old[None], axis=2)
        limit = _closest(old)
        for one, other in zip(*linear_sum_assignment(apart), strict=True):
            if apart[one, other] < limit:
                given[one] = list(before)[other]
    for place, number in enumerate(given):
        if not number:
            fresh += 1
            given[place] = fresh
    return given


def _places(centres: Any, names: list[str], scale: Scale) -> Floats:
    rows = [[one.get(name, mean) for name, mean in zip(names, scale.mean, strict=True)] for one in centres]
    return scale.apply(np.array(rows, float))


def _closest(places: Floats) -> float:
    """The smallest distance between two groups."""
    if len(places) < 2:
        return np.inf
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    return float(apart[~np.eye(len(places), dtype=bool)].min())


@dataclass
class Sums:
    """What the profile of a group is told from, added up piece by piece."""

    customers: int = 0
    money: float = 0.0
    values: Floats = field(default_factory=lambda: np.zeros(0))
    cities: Counter[str] = field(default_factory=Counter)
    gaps: int = 0
    gap: float = 0.0

    def add(self, piece: Piece, mine: Any) -> None:
        values, gap = piece.values[mine], piece.gap[mine]
        self.customers += len(values)
        self.money += float(piece.total[mine].sum())
        self.values = values.sum(axis=0) + (self.values if len(self.values) else 0)
        self.cities.update(city for city, is_mine in zip(piece.city, mine, strict=True) if is_mine and city)
        self.gaps += int((~np.isnan(gap)).sum())
        self.gap += float(np.nansum(gap))

    @property
    def means(self) -> Floats:
        return self.values / max(1, self.customers)


def profile(group: Sums, all_: Sums, reader: Reader) -> list[dict[str, Any]]:
    """In what a group differs: shares it has more of, with their size and how many times that of all; its
    rhythm; and what sets its recency, frequency and money apart."""
    told = []
    for name, mine, usual in zip(reader.names, group.means, all_.means, strict=True):
        if name in MONEY:
            # Logs: the difference is the logarithm of how many times.
            told.append({"what": name, "value": float(np.expm1(mine)), "lift": float(np.exp(mine - usual))})
        elif mine >= SHARE and mine >= usual * LIFT:
            told.append({"what": name, "value": float(mine), "lift": float(mine / usual)})
    if group.cities:
        city, number = max(group.cities.items(), key=lambda one: (one[1], one[0]))
        mine, usual = number / group.customers, all_.cities[city] / all_.customers
        if mine >= SHARE and mine >= usual * LIFT:
            told.append({"what": f"city:{city}", "value": mine, "lift": mine / usual})
    if group.gaps > group.customers / 4:
        told.append({"what": "gap", "value": group.gap / group.gaps, "lift": 1.0})
    return sorted(told, key=lambda one: -one["value"] * min(one["lift"], 5) if ":" in one["what"] else 0)


def together(groups: Sequence[Sums]) -> Sums:
    """All groups as one."""
    return Sums(
        customers=sum(one.customers for one in groups),
        money=sum(one.money for one in groups),
        values=np.sum([one.values for one in groups if one.customers], axis=0),
        cities=sum((one.cities for one in groups), Counter[str]()),
    )
