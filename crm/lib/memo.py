"""Remembering an answer for the length of one request, and no longer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

_kept: ContextVar[dict[Any, Any] | None] = ContextVar("kept", default=None)


@contextmanager
def scope() -> Iterator[None]:
    """Inside, functions marked with `once` are asked once. The middleware opens one per request."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def forget() -> None:
    """For whoever changes what is remembered."""
    if (kept := _kept.get()) is not None:
        kept.clear()


def once(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """For small answers that many parts of a page ask for. Outside of a request nothing is kept."""

    @wraps(function)
    def asked(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        kept = _kept.get()
        if kept is None:
            return function(*args, **kwargs)
        place = (function, args, tuple(sorted(kwargs.items())))
        if place not in kept:
            kept[place] = function(*args, **kwargs)
        return cast(Answer, kept[place])

    return asked
