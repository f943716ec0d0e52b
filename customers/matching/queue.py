"""The queue of matching: customers whose profiles changed, taken in turns by whoever works."""

from collections.abc import Callable, Iterable, Sequence

from customers.matching.models import Pair

Decider = Callable[[Sequence[Pair]], None]

_deciders: list[Decider] = []


def register_decider(decide: Decider) -> None:
    """Called in `AppConfig.ready()`; `decide` is handed the open pairs that were found or changed."""
    _deciders.append(decide)


def decide(pairs: Sequence[Pair]) -> None:
    for one in _deciders:
        one(pairs)


def mark(customer_ids: Iterable[int]) -> None:
    """These customers changed: they are matched again after the caller's transaction."""


def work(*, most: int = 500) -> int:
    """Matches those who wait. Returns how many were taken; 0 when nobody waits."""
    return 0


def work_off() -> None:
    """Until none waits, or the time is over: the next sweep goes on."""
