"""How often one visitor may ask for something: counted per minute in the cache."""

import logging
from hashlib import sha256

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from redis.exceptions import RedisError

WINDOW = 60
log = logging.getLogger(__name__)


def limit(request: HttpRequest, name: str, per_minute: int, *, who: str = "") -> bool:
    """Counts this request; True once `who`, unless given the visitor's address, asked too often.

    When the cache is away the answer is False: what reads goes on. Do not guard secrets with it.
    """
    window = int(timezone.now().timestamp()) // WINDOW
    # Hashed, because addresses are personal data and caches are no place for those.
    visitor = sha256(f"{settings.SECRET_KEY}{who or address_of(request)}".encode()).hexdigest()[:24]
    key = f"limit:{name}:{visitor}:{window}"
    try:
        cache.add(key, 0, timeout=2 * WINDOW)
        return int(cache.incr(key)) > per_minute
    except ValueError:  # it ran out between the two
        return False
    except (RedisError, OSError):
        log.warning("The cache is away, so nothing is limited: %s", name)
        return False


def address_of(request: HttpRequest) -> str:
    """Who asks: what our own proxies vouch for, else the other end of the line."""
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    trusted: int = settings.TRUSTED_PROXIES
    if trusted and len(hops) >= trusted:
        return str(hops[-trusted])
    return str(request.META.get("REMOTE_ADDR", ""))
