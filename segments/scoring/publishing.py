"""Tells the features above of scores that are just being published, in the transaction that publishes them:

    publishing.register("movement", take)

The draft still has what was there before beside what is new, so nobody has to compare the whole base again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class News:
    """A run's draft. `same_rules` is False where customers may have moved because the rules changed.

    `is_part`: the draft holds only customers who ordered since that run, judged by its cut-offs.
    """

    run: int
    draft: str
    as_of: datetime
    same_rules: bool
    is_part: bool = False


Listener = Callable[[News], None]

_listeners: dict[str, Listener] = {}


def register(name: str, listener: Listener) -> None:
    _listeners[name] = listener


def tell(news: News) -> None:
    for listener in _listeners.values():
        listener(news)
