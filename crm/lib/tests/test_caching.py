"""The cache keeps its connections from one request to the next."""

from contextvars import Context
from typing import Any

from django.core.cache import cache, caches


def test_requests_of_one_process_share_their_connections() -> None:
    """Each request runs in a context of its own, where Django makes a cache of its own."""
    made: list[Any] = [Context().run(lambda: caches["default"]) for _request in range(2)]

    assert made[0] is not made[1]
    assert made[0]._cache is made[1]._cache


def test_what_is_kept_is_read_back() -> None:
    cache.set("word", "kept")
    assert cache.get("word") == "kept"
