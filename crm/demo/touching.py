"""How customers and colleagues stay in touch: short conversations on all channels, and the newest orders."""

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from crm.demo.buying import Orders
from crm.demo.company import Staff
from crm.demo.dice import Ints, dice, falling, pick
from crm.demo.people import NONE, People
from crm.demo.seasons import DAY, TALKING_HOURS, Calendar
from crm.demo.words import talk

# This share of the timeline are orders, the rest is talk.
ORDERS = 0.3
# Somebody we can still reach is talked to this long after the last purchase.
AFTERGLOW = 120 * DAY


class Step(NamedTuple):
    """One touch of a script."""

    script: int
    chinese: bool
    minutes: int  # since the script began
    kind: str
    channel: str
    direction: str
    summary: str
    body: str


@dataclass(frozen=True)
class Touches:
    """One entry per touch, oldest first: a step of a script, or an order where `order` is not NONE."""

    customer: npt.NDArray[np.int32]
    at: Ints
    step: npt.NDArray[np.int16]
    order: Ints
    actor: Ints  # 0 for nobody
    detail: npt.NDArray[np.int16]  # which article or city the words are about

    def __len__(self) -> int:
        return len(self.customer)


def touch(
    people: People, orders: Orders, touches: int, seed: int, calendar: Calendar, owner: Ints, staff: Staff
) -> Touches:
    rng = dice(seed, "touches")
    told = min(len(orders), int(touches * ORDERS))
    episodes = _episodes(rng, people, orders, touches - told, calendar)
    customer, at, step = episodes
    actor = _actors(step, customer, owner[customer], staff)
    newest = np.arange(len(orders) - told, len(orders))
    none = np.full(told, 0)
    parts: dict[str, list[npt.NDArray[Any]]] = {
        "customer": [customer, orders.customer[newest]],
        "at": [at, orders.placed[newest]],
        "step": [step, none],
        "order": [np.full(len(at), NONE), newest],
        "actor": [actor, none],
        "detail": [rng.integers(0, 1000, len(at)), none],
    }
    joined = {name: np.concatenate(columns) for name, columns in parts.items()}
    order = np.argsort(joined["at"], kind="stable")
    small = {"customer": np.int32, "step": np.int16, "detail": np.int16}
    return Touches(
        **{name: column[order].astype(small.get(name, np.int64)) for name, column in joined.items()}
    )


@cache
def steps() -> list[Step]:
    found: list[Step] = []
    scripts = [(text, True) for text in _scripts(talk.CHINESE)] + [
        (text, False) for text in _scripts(talk.ENGLISH)
    ]
    for number, (script, chinese) in enumerate(scripts):
        clock = 0
        for line in script.split("\n"):
            minutes, kind, channel, direction, summary, body = line.split("|")
            clock += int(minutes)
            found.append(Step(number, chinese, clock, kind, channel, direction, summary, body))
    return found


def _scripts(text: str) -> list[str]:
    return text.strip().split("\n\n")


def _episodes(
    rng: np.random.Generator, people: People, orders: Orders, size: int, calendar: Calendar
) -> tuple[Ints, Ints, Ints]:
    """Exactly `size` touches of conversations, their customers and moments."""
    first, length, lasts, chinese = _shape_of_scripts()
    last_order = people.created.copy()
    last_order[orders.customer] = orders.placed
    until = np.minimum(last_order + AFTERGLOW, calendar.until)
    bought = np.bincount(orders.customer, minlength=len(people))
    weights = rng.gamma(0.8, 1.0, len(people)) * (1 + np.sqrt(bought)) * np.sqrt(until - people.created + DAY)
    customer = pick(rng, weights, size)  # one episode each would be too many: cut below
    script = _choose_scripts(rng, people.western[customer], chinese)
    enough = int(np.searchsorted(np.cumsum(length[script]), size)) + 1
    customer, script = customer[:enough], script[:enough]
    latest = np.maximum(until[customer] - lasts[script], people.created[customer])
    began = calendar.moments(rng, people.created[customer], latest, TALKING_HOURS)
    many = length[script]
    episode = np.repeat(np.arange(len(script)), many)[:size]
    place = np.arange(len(episode)) - np.repeat(np.cumsum(many) - many, many)[:size]
    step = first[script][episode] + place
    minutes = np.array([one.minutes for one in steps()])[step]
    at = began[episode] + minutes * 60 + rng.integers(0, 50, len(episode))
    return customer[episode], np.minimum(at, calendar.until), step


def _shape_of_scripts() -> tuple[Ints, Ints, Ints, Ints]:
    """Of each script: its first step, how many it has, how many seconds it lasts, whether it is Chinese."""
    numbers = np.array([one.script for one in steps()])
    first = np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1]])
    length = np.diff(np.r_[first, len(numbers)])
    minutes = np.array([one.minutes for one in steps()])
    lasts = minutes[first + length - 1] * 60 + 60
    return first, length, lasts, np.array([one.chinese for one in steps()])[first].astype(np.int64)


def _choose_scripts(rng: np.random.Generator, western: npt.NDArray[np.bool_], chinese: Ints) -> Ints:
    ours, theirs = np.flatnonzero(chinese == 1), np.flatnonzero(chinese == 0)
    # The order in which scripts are listed does not say how common they are.
    common = rng.permutation(falling(len(ours)))
    return np.where(
        western,
        theirs[rng.integers(0, len(theirs), len(western))],
        ours[pick(rng, common, len(western))],
    )


def _actors(step: Ints, customer: Ints, owner: Ints, staff: Staff) -> Ints:
    """Whoever owns the customer, else always the same of the service; nobody where none is needed."""
    nobody = np.array([_needs_no_colleague(one) for one in steps()])
    service = np.array(staff.of(["sunlei", "zhaojing", "maya", "fangwei"]))
    somebody = np.where(owner > 0, owner, service[customer % len(service)])
    return np.where(nobody[step], 0, somebody)


def _needs_no_colleague(one: Step) -> bool:
    written_to_us = one.direction == "in" and one.kind in ("message", "email")
    return written_to_us or one.channel == "sms" or (one.kind, one.channel) == ("visit", "web")
