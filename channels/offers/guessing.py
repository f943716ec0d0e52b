"""Whoever tries many codes that are none has to wait. Counted in the cache; without one, the length of the
codes alone protects them."""

import logging

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from crm.lib.errors import Refused

MOST, WINDOW = 20, 600
log = logging.getLogger(__name__)


class TooMany(Refused):
    status = 429


def guard(who: str) -> None:
    """Raises TooMany. Asked before a code is looked for: also a right guess is not told."""
    try:
        wrong = int(cache.get(_key(who), 0))
    except (RedisError, OSError):
        log.warning("The cache is away, so guesses at codes are not counted.")
        return
    if wrong >= MOST:
        raise TooMany(_("Too many wrong codes. Please wait ten minutes."))


def wrong(who: str) -> None:
    try:
        cache.add(_key(who), 0, timeout=2 * WINDOW)
        cache.incr(_key(who))
    except ValueError:  # it ran out between the two
        return
    except (RedisError, OSError):
        log.warning("The cache is away, so guesses at codes are not counted.")


def _key(who: str) -> str:
    return f"coupons:wrong:{who}:{int(timezone.now().timestamp()) // WINDOW}"
