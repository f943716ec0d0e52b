"""How long a wait lasts. Hours are hours; days, weekdays and dates go by the company's clock, so that nine in
the morning stays nine when the clocks change.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings as project
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.standards import china


class Mode(models.TextChoices):
    FOR = "for", _("for a while")
    WEEKDAY = "weekday", _("until a day of the week")
    WORKDAY = "workday", _("until a workday")
    DATE = "date", _("until a date")


class Unit(models.TextChoices):
    MINUTES = "minutes", pgettext_lazy("unit", "minutes")
    HOURS = "hours", pgettext_lazy("unit", "hours")
    DAYS = "days", pgettext_lazy("unit", "days")


def until(wait: Mapping[str, Any], now: datetime, zone: ZoneInfo | None = None) -> datetime:
    """When who begins to wait now may go on."""
    zone = zone or ZoneInfo(project.TIME_ZONE)
    local = now.astimezone(zone)
    if wait["mode"] == Mode.DATE:
        return max(now, _moment(date.fromisoformat(wait["date"]), time(wait["hour"]), zone))
    if wait["mode"] == Mode.WEEKDAY:
        day = local.date() + timedelta(days=(wait["weekday"] - local.weekday()) % 7)
        found = _moment(day, time(wait["hour"]), zone)
        return found if found >= now else _moment(day + timedelta(days=7), time(wait["hour"]), zone)
    if wait["mode"] == Mode.WORKDAY:
        return _workday(wait, now, zone)
    if wait["unit"] == Unit.DAYS:
        return _moment(local.date() + timedelta(days=wait["number"]), local.time(), zone)
    return now + timedelta(**{wait["unit"]: wait["number"]})


def is_workday(day: date, *, like_china: bool) -> bool:
    """Monday to Friday; where China's holidays count, not on them, but on the days that make up for them."""
    special = china.day(day) if like_china else None
    return special is china.Day.MAKE_UP or (special is None and day.weekday() < 5)


def _workday(wait: Mapping[str, Any], now: datetime, zone: ZoneInfo) -> datetime:
    """The hour on the so-manieth workday from now; today is the first while the hour is to come."""
    day, left = now.astimezone(zone).date(), wait["number"]
    if _moment(day, time(wait["hour"]), zone) < now:
        day += timedelta(days=1)
    while True:
        left -= is_workday(day, like_china=wait["china"])
        if not left:
            return _moment(day, time(wait["hour"]), zone)
        day += timedelta(days=1)


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """An hour that the clocks skip becomes the one after it; of one that comes twice it is the first."""
    return datetime.combine(day, clock.replace(fold=0), zone).astimezone(UTC)
