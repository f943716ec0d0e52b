"""How much one token may ask for: requests a minute, and rows a day. Counted in the cache.

When the cache is away nothing is limited: reading and writing go on. Once wiped, counting starts anew.
"""

import logging
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from crm.api.models import Token

MINUTE, DAY = 60, 24 * 60 * 60
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Allowance:
    """What the headers of an answer say."""

    limit: int
    left: int
    seconds: int

    @property
    def is_used_up(self) -> bool:
        return self.left < 0


def take(token: Token) -> Allowance:
    """Counts one request. A sliding minute: what the last one used counts by the share still in view."""
    now = time.time()
    window, elapsed = divmod(now, MINUTE)
    seconds = MINUTE - int(elapsed)
    before = _read(f"api:asked:{token.pk}:{int(window) - 1}")
    asked = _add(f"api:asked:{token.pk}:{int(window)}", 1, 2 * MINUTE)
    used = asked + int(before * (1 - elapsed / MINUTE))
    return Allowance(token.per_minute, token.per_minute - used, seconds)


def note_rows(token: Token, rows: int) -> bool:
    """Counts rows that leave the house; False once a day's share is used up."""
    if not rows:
        return True
    day = int(time.time() // DAY)
    return _add(f"api:rows:{token.pk}:{day}", rows, 2 * DAY) <= settings.API_ROWS_A_DAY


def _read(key: str) -> int:
    try:
        return int(cache.get(key, 0))
    except (RedisError, OSError):
        return 0


def _add(key: str, amount: int, seconds: int) -> int:
    try:
        cache.add(key, 0, timeout=seconds)
        return int(cache.incr(key, amount))
    except ValueError:  # it ran out between the two
        return amount
    except (RedisError, OSError):
        log.warning("The cache is away, so the API is not limited.")
        return 0
