"""Telling open pages that something happened.

    publishing.publish(f"conversation:{conversation.pk}", "message", {"message": message.pk})

Topics: `user:7` (only that colleague), `conversation:12` (whoever sees it), `inbox` (whoever has an inbox at
all: nothing but "count again"); a feature adds its own with `topics.register`.
"""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from redis.exceptions import RedisError

from channels.live import wire
from channels.live.models import Event

log = logging.getLogger(__name__)


def publish(topic: str, kind: str, data: Mapping[str, Any] | None = None) -> None:
    """Written in the caller's transaction and told after its commit. `data` holds numbers and states only:
    what is said and by whom, a page fetches for itself, and is asked there whether it may."""
    Event.objects.create(topic=topic, kind=kind, data=dict(data or {}))
    # Whoever wakes up reads everything that is new: once for a transaction is enough.
    if not any(call is _wake for _savepoints, call, _robust in transaction.get_connection().run_on_commit):
        transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    try:
        wire.client().publish(wire.key("live"), "new")
    except (RedisError, OSError):
        log.warning("Pages learn of news some seconds later: the line between processes is away")
