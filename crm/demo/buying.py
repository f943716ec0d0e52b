"""Who buys what, when: each at their own rate, until they drift away, with the seasons of the shop."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crm.demo.dice import Floats, Ints, dice, pick
from crm.demo.people import People
from crm.demo.seasons import DAY, Calendar
from crm.demo.words.catalogue import ARTICLES

BUYERS = 0.87
# Shape of the gamma distribution of buying rates: most people buy seldom, some often. CDNOW's is 0.24.
SHAPE = 0.75
DAYS_UNTIL_DRIFTING_AWAY = 520
COMPANY_BUYS = 1.3
CHANNELS = ["web", "wechat", "store", "phone"]
SOURCES = ["shop", "miniapp", "pos", "erp"]
STATUSES = ["completed", "cancelled", "refunded", "ordered", "ready"]
COMPLETED, CANCELLED, REFUNDED, ORDERED, READY = range(5)
# More lines than this are kept for the newest orders only: they are what a customer's page shows.
KEPT_LINES = 4_000_000
SLICE = 500_000


@dataclass(frozen=True)
class Orders:
    """One entry per order, oldest first."""

    customer: npt.NDArray[np.int32]
    placed: Ints
    channel: npt.NDArray[np.int8]
    status: npt.NDArray[np.int8]
    amount: Ints  # in cents
    refunded: Ints
    items: npt.NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.customer)


@dataclass(frozen=True)
class Lines:
    """What was in the newest orders."""

    order: Ints
    article: npt.NDArray[np.int8]
    quantity: npt.NDArray[np.int16]
    amount: Ints

    def __len__(self) -> int:
        return len(self.order)


def buy(people: People, orders: int, seed: int, calendar: Calendar) -> tuple[Orders, Lines]:
    rng = dice(seed, "orders")
    customer, placed = _when(rng, people, orders, calendar)
    size = len(customer)
    at_work = people.company[customer]
    channel = np.where(at_work, pick(rng, [3.0, 1, 1, 5], size), pick(rng, [38.0, 34, 27, 1], size)).astype(
        np.int8
    )
    amount, items, lines = _baskets(rng, people, customer)
    status, refunded = _ends(rng, placed, amount, calendar)
    return Orders(customer, placed, channel, status, amount, refunded, items), lines


def _when(
    rng: np.random.Generator, people: People, orders: int, calendar: Calendar
) -> tuple[npt.NDArray[np.int32], Ints]:
    """Most buyers come to us with their first order; the rest falls on them as their rate and stay allow."""
    many = len(people)
    left = people.created + (rng.exponential(DAYS_UNTIL_DRIFTING_AWAY, many) * DAY).astype(np.int64)
    left = np.minimum(left, calendar.until)
    buys = rng.random(many) < BUYERS
    first = np.flatnonzero(buys & (rng.random(many) < 0.8))
    if len(first) > orders:
        first = np.sort(rng.choice(first, orders, replace=False))
    weights = rng.gamma(SHAPE, 1.0, many) * np.where(people.company, COMPANY_BUYS, 1.0)
    # Somebody on file twice does most of the buying under one of the two.
    weights *= np.where(people.truth == np.arange(many), 1.0, 0.3)
    weights *= buys * (calendar.share(left) - calendar.share(people.created))
    later = _shared_out(rng, weights, orders - len(first))
    moments = calendar.moments(rng, people.created[later], left[later])
    arrival = np.minimum(people.created[first] + rng.integers(60, 3600, len(first)), calendar.until)
    customer = np.concatenate([first, later]).astype(np.int32)
    placed = np.concatenate([arrival, moments])
    order = np.argsort(placed, kind="stable")
    return customer[order], placed[order]


def _shared_out(rng: np.random.Generator, weights: Floats, size: int) -> Ints:
    if size <= 0 or not weights.sum():
        return np.zeros(0, np.int64)
    return pick(rng, weights, size)


def _baskets(
    rng: np.random.Generator, people: People, customer: npt.NDArray[np.int32]
) -> tuple[Ints, npt.NDArray[np.int16], Lines]:
    """Fills the baskets a slice at a time, newest first: little memory, and the newest lines are kept."""
    size = len(customer)
    # What somebody comes for: coffee for every day, things for the home, or supplies for an office.
    taste = np.where(people.company, 2, pick(rng, [7.0, 3.0], len(people)))
    amount, items = np.zeros(size, np.int64), np.zeros(size, np.int16)
    kept: list[Lines] = []
    for stop in range(size, 0, -SLICE):
        start = max(0, stop - SLICE)
        lines = _lines(rng, taste[customer[start:stop]], start)
        amount[start:stop] = np.bincount(lines.order - start, lines.amount, stop - start)
        items[start:stop] = np.bincount(lines.order - start, lines.quantity, stop - start)
        if sum(map(len, kept)) + len(lines) <= KEPT_LINES:
            kept.insert(0, lines)
    return amount, items, _joined(kept)


def _lines(rng: np.random.Generator, taste: Ints, start: int) -> Lines:
    at_work = taste == 2
    count = pick(rng, [55.0, 27, 13, 5], len(taste)) + 1
    order = np.repeat(np.arange(len(taste)), count)
    article = np.zeros(len(order), np.int64)
    for kind, weights in enumerate(_popularity()):
        mine = np.flatnonzero(taste[order] == kind)
        article[mine] = pick(rng, weights, len(mine))
    quantity = 1 + pick(rng, [78.0, 16, 6], len(order))
    quantity += np.where(at_work[order], rng.geometric(0.25, len(order)), 0)
    prices = np.array([one.price for one in ARTICLES])[article]
    dear = prices > 800
    quantity = np.where(dear, 1, quantity)
    discount = np.array([100, 95, 90, 80])[pick(rng, [70.0, 12, 12, 6], len(taste))][order]
    return Lines(
        order + start, article.astype(np.int8), quantity.astype(np.int16), prices * quantity * discount
    )


def _popularity() -> list[list[float]]:
    return [
        [one.everyday for one in ARTICLES],
        [one.home for one in ARTICLES],
        [one.office for one in ARTICLES],
    ]


def _joined(parts: list[Lines]) -> Lines:
    if not parts:
        return Lines(
            np.zeros(0, np.int64), np.zeros(0, np.int8), np.zeros(0, np.int16), np.zeros(0, np.int64)
        )
    return Lines(
        np.concatenate([one.order for one in parts]),
        np.concatenate([one.article for one in parts]),
        np.concatenate([one.quantity for one in parts]),
        np.concatenate([one.amount for one in parts]),
    )


def _ends(
    rng: np.random.Generator, placed: Ints, amount: Ints, calendar: Calendar
) -> tuple[npt.NDArray[np.int8], Ints]:
    size = len(placed)
    status = pick(rng, [94.5, 3.0, 2.5], size)
    age = calendar.until - placed
    status = np.where((age < 2 * DAY) & (status == COMPLETED), pick(rng, [0.0, 0, 0, 7, 3], size), status)
    partly = (status == COMPLETED) & (rng.random(size) < 0.02)
    refunded = np.where(status == REFUNDED, amount, np.where(partly, amount // 200 * 100, 0))
    return status.astype(np.int8), refunded
