"""Telling open pages that something happened.

    publishing.publish(f"conversation:{conversation.pk}", "message", {"message": message.pk})

Topics: `user:7` (only that colleague), `conversation:12` (whoever sees it), `inbox` (whoever has an inbox at
all: nothing but "count again"); a feature adds its own with `topics.register`.
"""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from redis.exceptions import RedisError

from channels.live import wire
from channels.live.models import Event

log = logging.getLogger(__name__)


def publish(topic: str, kind: str, data: Mapping[str, Any] | None = None) -> None:
    """Written in the caller's transaction and told after its commit. `data` holds numbers and states only:
    what is said and by whom, a page fetches for itself, and is asked there whether it may."""
    event = Event.objects.create(topic=topic, kind=kind, data=dict(data or {}))
    transaction.on_commit(partial(_wake, topic, event.pk), robust=True)


def _wake(topic: str, pk: int) -> None:
    try:
        wire.client().publish(wire.key("live"), f"{topic} {pk}")
    except (RedisError, OSError):
        log.warning("Pages learn of news some seconds later: the line between processes is away")
