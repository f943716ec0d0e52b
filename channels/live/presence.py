"""Who is there: who looks at something, who types, who can take work. Known for a minute, in no table.

Open pages say it by being open; nobody has to report. When the server that keeps it is away, nobody is seen
looking, and everybody counts as there: work then goes to people as if we had never asked.
"""

import json
import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import pgettext_lazy
from redis.exceptions import RedisError

from channels.live import wire
from channels.live.models import Absence
from crm.accounts.models import User

# Pages are counted every 15 seconds; two counts may fail.
SEEN, TYPES = 45, 6
# Somebody outside who types: a visitor of the web chat.
VISITOR = 0

log = logging.getLogger(__name__)
_typing: list[Callable[[str, int], None]] = []


class Availability(models.TextChoices):
    ONLINE = "online", pgettext_lazy("colleague", "Online")
    AWAY = "away", pgettext_lazy("colleague", "Away")
    OFFLINE = "offline", pgettext_lazy("colleague", "Offline")


@dataclass(frozen=True)
class Here:
    """Somebody who looks at a topic. `user` is VISITOR for whoever is not one of us."""

    user: int
    is_typing: bool


def here(topic: str) -> list[Here]:
    """Who looks at or types in it, by number."""
    now = time.time()
    try:
        asked = wire.client().pipeline(transaction=False)
        asked.zrangebyscore(wire.key("here", topic), now, "+inf")
        asked.zrangebyscore(wire.key("types", topic), now, "+inf")
        looks, types = (set(map(int, found)) for found in asked.execute())
    except (RedisError, OSError):
        return []
    return [Here(pk, pk in types) for pk in sorted(looks | types)]


def available(users: Iterable[User]) -> dict[int, Availability]:
    """By the number of each user, whether they can take work now."""
    wanted = {user.pk: user.is_active for user in users}
    away = set(Absence.objects.filter(user__in=wanted).values_list("user", flat=True))
    seen = _seen(wanted)
    return {pk: _standing(active and pk in seen, pk in away) for pk, active in wanted.items()}


def come(user: int, topics: Collection[str] = ()) -> None:
    """This colleague has a page open, which shows these topics."""
    note({user: set(topics)})


def note(open_pages: Mapping[int, Collection[str]]) -> None:
    """For all pages of a process at once. Tells about whoever was not there before."""
    if not open_pages:
        return
    until = time.time() + SEEN
    try:
        said = wire.client().pipeline(transaction=False)
        said.zadd(wire.key("online"), dict.fromkeys(map(str, open_pages), until))
        said.zremrangebyscore(wire.key("online"), 0, time.time() - SEEN)
        placed = [(topic, user) for user, topics in open_pages.items() for topic in topics]
        for topic, user in placed:
            said.zadd(wire.key("here", topic), {str(user): until})
            said.expire(wire.key("here", topic), 2 * SEEN)
        answers = said.execute()[2::2]
    except (RedisError, OSError):
        log.warning("Who is there is not known: the line between processes is away")
        return
    for (topic, _user), is_new in zip(placed, answers, strict=True):
        if is_new:
            tell(topic, "presence")


def go(user: int, topics: Collection[str]) -> None:
    """The last page of this colleague that showed these topics was closed."""
    try:
        for topic in topics:
            wire.client().zrem(wire.key("here", topic), str(user))
            tell(topic, "presence")
    except (RedisError, OSError):
        log.warning("Who left is not known: the line between processes is away")


def on_typing(listener: Callable[[str, int], None]) -> None:
    """Registers who wants to know that somebody types, as topic and number."""
    _typing.append(listener)


def types(topic: str, user: int) -> None:
    """Somebody types there now; said again every few seconds while they do."""
    until = time.time() + TYPES
    try:
        said = wire.client().pipeline(transaction=False)
        said.zadd(wire.key("types", topic), {str(user): until})
        said.expire(wire.key("types", topic), 2 * TYPES)
        said.execute()
    except (RedisError, OSError):
        return
    tell(topic, "typing", {"user": user})
    for listener in _typing:
        listener(topic, user)


def stops(topic: str, user: int) -> None:
    try:
        if wire.client().zrem(wire.key("types", topic), str(user)):
            tell(topic, "typing", {"user": user, "stopped": True})
    except (RedisError, OSError):
        return


def tell(topic: str, kind: str, data: Mapping[str, Any] | None = None) -> None:
    """News that is worth nothing in a minute: pages that are open hear it, nobody reads it again."""
    try:
        wire.client().publish(
            wire.key("live"), json.dumps({"topic": topic, "kind": kind, "data": dict(data or {})})
        )
    except (RedisError, OSError):
        log.warning("Presence is not told: the line between processes is away")


def _seen(users: Collection[int]) -> set[int]:
    if not users:
        return set()
    try:
        until = wire.client().zmscore(wire.key("online"), list(map(str, users)))
    except (RedisError, OSError):
        return set(users)
    now = time.time()
    return {pk for pk, one in zip(users, until, strict=True) if one is not None and float(one) > now}


def _standing(is_seen: bool, is_away: bool) -> Availability:
    if not is_seen:
        return Availability.OFFLINE
    return Availability.AWAY if is_away else Availability.ONLINE
