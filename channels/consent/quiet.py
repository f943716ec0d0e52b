"""Quiet hours: a message that would wake somebody waits for their morning. It is moved, never dropped.

On by default for what rings (QUIET_CHANNELS: SMS, phone, WhatsApp), off for e-mail, which waits silently.
Customers of our own country, or of none, live in the company's zone; elsewhere it must be day in every zone
of the customer's country, because the country is all we know. A customer who named hours of their own is
left in peace in those, instead of in ours.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global
from django.conf import settings

STEP = timedelta(minutes=30)
LOOK_AHEAD = timedelta(days=2)


Hours = tuple[int, int]


def reopens_at(channel: str, country: str, now: datetime, own: Hours | None = None) -> datetime | None:
    """When messages to somebody in `country` may go again; None when they may go now.

    `own` are the hours from and until which this customer wants to be left in peace.
    """
    if channel not in settings.QUIET_CHANNELS:
        return None
    zones = _zones(country)
    hours = own or (settings.QUIET_FROM, settings.QUIET_UNTIL)
    if not _is_quiet(now, zones, hours):
        return None
    start = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    for step in range(1, LOOK_AHEAD // STEP):
        if not _is_quiet(moment := start + step * STEP, zones, hours):
            return moment
    # A country so wide that it is never day in all of it follows the company's clock.
    return reopens_at(channel, "", now, own)


def quiet_countries(channel: str, now: datetime) -> list[str]:
    """The countries to which nothing may go now, the empty one for customers without a country among them."""
    if channel not in settings.QUIET_CHANNELS:
        return []
    return [country for country in ("", *get_global("territory_zones")) if reopens_at(channel, country, now)]


def countries_by_hour(now: datetime) -> dict[int, list[str]]:
    """Where it is which hour; a wide country has several, and the empty one is for who has none."""
    found: dict[int, list[str]] = defaultdict(list)
    for country in ("", *get_global("territory_zones")):
        for hour in {now.astimezone(zone).hour for zone in _zones(country)}:
            found[hour].append(country)
    return found


def _is_quiet(moment: datetime, zones: tuple[ZoneInfo, ...], quiet: Hours) -> bool:
    first, last = quiet
    hours = (moment.astimezone(zone).hour for zone in zones)
    if first > last:  # over midnight
        return any(hour >= first or hour < last for hour in hours)
    return any(first <= hour < last for hour in hours)


@lru_cache(maxsize=512)
def _zones(country: str) -> tuple[ZoneInfo, ...]:
    company = ZoneInfo(settings.TIME_ZONE)
    if country in ("", settings.DEFAULT_REGION):
        return (company,)
    found = []
    for name in get_global("territory_zones").get(country, ()):
        try:
            found.append(ZoneInfo(name))
        except (ZoneInfoNotFoundError, ValueError):
            continue  # an old name this machine's zone data no longer has
    return tuple(found) or (company,)
