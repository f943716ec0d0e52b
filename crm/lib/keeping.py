"""Answers that may be some minutes old. Sums and counts only: no cache ever holds personal data."""

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

Answer = TypeVar("Answer")


def kept(key: str, seconds: int, make: Callable[[], Answer]) -> Answer:
    """What `make` answered at most `seconds` ago, for as many as ask by this key; never None."""
    answer: Answer | None = cache.get(key)
    if answer is None:
        answer = make()
        cache.set(key, answer, seconds)
    return answer
