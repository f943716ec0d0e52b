"""What the company's sources know: profiles, the handles in them, and what each customer allowed."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crm.demo.dice import Bools, Ints, dice, pick
from crm.demo.people import NONE, SOURCE_WEIGHTS, SOURCES, People
from crm.demo.seasons import Calendar
from customers.identity.models import Identity

Kind = Identity.Kind
KINDS = [Kind.PHONE, Kind.EMAIL, Kind.CUSTOMER_NUMBER, Kind.CARD, Kind.OPENID, Kind.UNIONID, Kind.VISITOR]
# How often a source knows a handle of each kind, in the order of KINDS.
KNOWS = {
    "shop": [0.97, 0.9, 1.0, 0, 0, 0, 0],
    "wechat": [0.75, 0.3, 0, 0, 1.0, 0.5, 0],
    "pos": [0.95, 0.3, 0, 0.8, 0, 0, 0],
    "web": [0.6, 0.97, 0, 0, 0, 0, 0.9],
    "import": [0.95, 0.85, 1.0, 0, 0, 0, 0],
    "event": [0.9, 0.5, 0, 0, 0, 0, 0],
}
# Purpose, channel, share of those with an address who allowed it.
PERMISSIONS = [
    ("marketing", "email", 0.7),
    ("marketing", "sms", 0.5),
    ("marketing", "wechat", 0.45),
    ("marketing", "phone", 0.2),
    ("service", "email", 0.6),
    ("service", "sms", 0.6),
    ("survey", "email", 0.25),
    ("ads", "email", 0.3),
    ("ads", "sms", 0.25),
]
WITHDRAWN = 0.08


@dataclass(frozen=True)
class Profiles:
    customer: Ints
    source: Ints
    first_seen: Ints
    last_seen: Ints

    def __len__(self) -> int:
        return len(self.customer)


@dataclass(frozen=True)
class Handles:
    profile: Ints
    kind: npt.NDArray[np.int8]
    verified: Bools

    def __len__(self) -> int:
        return len(self.profile)


@dataclass(frozen=True)
class Permissions:
    """The ledger: all grants, then the withdrawals. `current` are the entries that count now."""

    customer: Ints
    permission: npt.NDArray[np.int8]
    granted: Bools
    at: Ints
    current: Ints

    def __len__(self) -> int:
        return len(self.customer)


def know(people: People, last: Ints, seed: int) -> tuple[Profiles, Handles]:
    rng = dice(seed, "profiles")
    size = len(people)
    also = np.flatnonzero(rng.random(size) < 0.25)
    second = pick(rng, SOURCE_WEIGHTS, len(also))
    differs = second != people.source[also]
    also, second = also[differs], second[differs]
    customer = np.concatenate([np.arange(size), also])
    source = np.concatenate([people.source, second])
    later = people.created[also] + rng.random(len(also)) * (last[also] - people.created[also])
    first_seen = np.concatenate([people.created, later.astype(np.int64)])
    order = np.argsort(customer, kind="stable")
    profiles = Profiles(customer[order], source[order], first_seen[order], last[customer[order]])
    return profiles, _handles(rng, people, profiles)


def _handles(rng: np.random.Generator, people: People, profiles: Profiles) -> Handles:
    chances = np.array([KNOWS[source] for source in SOURCES])[profiles.source]
    has = rng.random(chances.shape) < chances
    main = np.r_[True, profiles.customer[1:] != profiles.customer[:-1]]
    # What the customer's page shows must come from a source: the first one.
    has[:, 0] = (has[:, 0] | main) & (people.phone[profiles.customer] > 0)
    has[:, 1] = (has[:, 1] | main) & (people.mail_of[profiles.customer] != NONE)
    profile, kind = np.nonzero(has)
    verified = np.where(kind < 2, rng.random(len(profile)) < 0.4, True)
    return Handles(profile.astype(np.int64), kind.astype(np.int8), verified)


def allow(people: People, seed: int, calendar: Calendar) -> Permissions:
    rng = dice(seed, "permissions")
    size = len(people)
    addresses = {"email": people.mail_of != NONE, "wechat": rng.random(size) < 0.8}
    has_phone = people.phone > 0
    chances = np.array([chance for _purpose, _channel, chance in PERMISSIONS])
    may = rng.random((size, len(PERMISSIONS))) < chances
    for number, (_purpose, channel, _chance) in enumerate(PERMISSIONS):
        may[:, number] &= addresses.get(channel, has_phone)
    customer, permission = np.nonzero(may)
    at = people.created[customer] + rng.integers(0, 600, len(customer))
    at = np.minimum(at, calendar.until)
    leaves = np.flatnonzero(rng.random(len(customer)) < WITHDRAWN)
    left = at[leaves] + ((calendar.until - at[leaves]) * rng.random(len(leaves))).astype(np.int64)
    current = np.arange(len(customer))
    current[leaves] = len(customer) + np.arange(len(leaves))
    return Permissions(
        np.concatenate([customer, customer[leaves]]),
        np.concatenate([permission, permission[leaves]]).astype(np.int8),
        np.concatenate([np.ones(len(customer), bool), np.zeros(len(leaves), bool)]),
        np.concatenate([at, left]),
        current,
    )
