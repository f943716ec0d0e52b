"""Which colleague and team a customer belongs to, and with whom they are shared."""

from dataclasses import dataclass

import numpy as np

from crm.demo.company import EAST_TEAMS, OVERSEAS_TEAMS, SOUTH_TEAMS, Staff
from crm.demo.dice import Bools, Ints, dice
from crm.demo.people import People
from crm.demo.words import places

SERVICE_TEAM = "在线客服组"


@dataclass(frozen=True)
class Ownership:
    owner: Ints  # 0 for nobody
    team: Ints  # 0 for none
    restricted: Bools
    shared_with: Ints  # 0 for nobody


def hand_out(people: People, seed: int, staff: Staff) -> Ownership:
    """Companies have a seller, private customers often only the service team, some nobody."""
    rng = dice(seed, "owners")
    size = len(people)
    owner, team = np.zeros(size, np.int64), np.zeros(size, np.int64)
    region = np.array([_region(one) for one in places.CITIES])[people.city]
    region = np.where(region < 0, rng.integers(0, 2, size), region)
    for number, teams in enumerate((EAST_TEAMS, SOUTH_TEAMS, OVERSEAS_TEAMS)):
        mine = np.flatnonzero(region == number)
        sellers = np.array([(seller, staff.teams[name]) for name in teams for seller in staff.sellers[name]])
        drawn = sellers[rng.integers(0, len(sellers), len(mine))]
        owner[mine], team[mine] = drawn[:, 0], drawn[:, 1]
    share = np.where(people.company, 0.95, np.where(people.western, 0.4, 0.3))
    has_owner = rng.random(size) < share
    left = rng.random(size)
    team = np.where(has_owner | (left < 0.15), team, np.where(left < 0.8, staff.teams[SERVICE_TEAM], 0))
    owner = np.where(has_owner, owner, 0)
    sellers = np.array(sorted({seller for team_sellers in staff.sellers.values() for seller in team_sellers}))
    other = sellers[rng.integers(0, len(sellers), size)]
    shares = has_owner & (rng.random(size) < 0.02) & (other != owner)
    return Ownership(owner, team, has_owner & (rng.random(size) < 0.015), np.where(shares, other, 0))


def _region(city: places.City) -> int:
    if city.country != "CN":
        return 2
    return 0 if city.province in places.EAST else 1 if city.province in places.SOUTH else -1
