"""What became of messages of ours. Whoever sends them registers in `AppConfig.ready()` who listens:

    statuses.register(hear)

`hear(channel, status)` says whether the message is one of theirs. It only ever moves forward: what comes
late, twice or in another order ends in the same place.
"""

from collections.abc import Callable

from channels.connectors.arriving import Status
from channels.models import Channel

Hear = Callable[[Channel, Status], bool]

_listeners: list[Hear] = []


def register(hear: Hear) -> None:
    _listeners.append(hear)


def hear(channel: Channel, status: Status) -> bool:
    return any(listener(channel, status) for listener in _listeners)
