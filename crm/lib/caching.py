"""The cache over one pool of connections per process."""

from functools import cached_property
from typing import Any

from django.core.cache.backends.redis import RedisCache

_clients: dict[str, Any] = {}


class SharedRedisCache(RedisCache):
    """Where requests are asynchronous Django makes a cache for each of them, and with it a pool: each would
    open a connection, introduce itself, and leave."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._place = f"{server} {params.get('OPTIONS')}"

    @cached_property
    def _cache(self) -> Any:
        return _clients.setdefault(self._place, super()._cache)
