"""The line between processes: wake-ups and what is forgotten within a minute. Truth never goes over it."""

from functools import cache as once

import redis
import redis.asyncio
from django.conf import settings
from django.db import connection


@once
def client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_CLIENT_URL, decode_responses=True, socket_timeout=2, socket_connect_timeout=2
    )


def listener() -> redis.asyncio.Redis:
    """A line of its own for whoever waits for wake-ups. Belongs to the event loop that asks."""
    return redis.asyncio.Redis.from_url(settings.REDIS_CLIENT_URL, decode_responses=True)


def key(*parts: object) -> str:
    """A name nobody else uses: several databases may share one server."""
    return ":".join(["crm", str(connection.settings_dict["NAME"]), *map(str, parts)])
