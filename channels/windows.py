"""Who may be written to freely where a provider lets us answer only: asked of the feature that hears people.

    windows.register(heard_lately)

`heard_lately(channel, window, replies, at)` is a condition on customers: they wrote over that account so
recently, and we have not yet said as much as the provider lets through.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.expressions import Combinable

from channels.connectors.base import Caps
from channels.models import Channel

Heard = Callable[[Channel, timedelta, int | None, datetime], Q | Combinable]
_heard: list[Heard] = []


def register(heard: Heard) -> None:
    _heard.append(heard)


def is_open(channel: Channel, caps: Caps, at: datetime) -> Q | Combinable | None:
    """The condition under which free text gets through; None where it always does."""
    if caps.window is None:
        return None
    if not _heard:
        return Q(pk=None)
    return _heard[0](channel, caps.window, caps.window_replies, at)
