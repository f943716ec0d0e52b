"""Days that make customers enter: their birthday, or a festival for everybody or a segment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from channels.journeys import festivals
from crm.lib import lunar
from customers.models import Customer, CustomerQuerySet
from segments.models import Membership

Trigger = Mapping[str, Any]


class Leap(models.TextChoices):
    """When those born on 29 February celebrate in other years."""

    BEFORE = "before", _("28 February")
    AFTER = "after", _("1 March")


@dataclass(frozen=True)
class Occasion:
    """Whose day it is. Keys name the year, so that correcting a birthday celebrates nobody twice."""

    who: CustomerQuerySet
    key: str
    # A lunar year may hold no such day of the common one, or two.
    lunar_key: str

    def came(self, beyond: int, most: int) -> list[tuple[int, str]]:
        """Pairs of customer and key, by customer."""
        rows = self.who.filter(pk__gt=beyond).order_by("pk").values_list("pk", "birthday_is_lunar")
        return [(pk, self.lunar_key if is_lunar else self.key) for pk, is_lunar in rows[:most]]


def of(trigger: Trigger, day: date) -> Occasion:
    """Those who enter on this day."""
    kept = day + timedelta(days=trigger.get("days_before", 0))
    present = Customer.objects.present()
    if "festival" in trigger:
        key = f"festival:{kept}"
        if not festivals.is_on(trigger["festival"], kept):
            return Occasion(present.none(), key, key)
        return Occasion(everybody(trigger), key, key)
    moon = lunar.of(kept)
    born = Q(birthday_is_lunar=False) & born_on(kept, trigger.get("leap", Leap.BEFORE))
    born |= Q(birthday_is_lunar=True, birthday__in=lunar.born_for(kept))
    return Occasion(present.filter(born), f"birthday:{kept.year}", f"birthday:{moon.year if moon else 0}")


def everybody(trigger: Trigger) -> CustomerQuerySet:
    """Whom a festival is for."""
    present = Customer.objects.present().order_by("pk")
    members = Membership.objects.filter(segment=trigger.get("segment") or 0, customer=OuterRef("pk"))
    return present.filter(Exists(members)) if trigger.get("segment") else present


def hour_of(trigger: Trigger, day: date) -> datetime:
    """When those enter whose day it is, by the company's clock."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return datetime.combine(day, time(trigger.get("hour", 9)), zone).astimezone(UTC)


def kept_on(birthday: date, year: int, leap: str) -> date:
    """The day on which a birthday is kept in a year."""
    try:
        return birthday.replace(year=year)
    except ValueError:
        return date(year, 2, 28) if leap == Leap.BEFORE else date(year, 3, 1)


def born_on(day: date, leap: str) -> Q:
    found = Q(pk__in=[])
    for month, number in birthdays(day, leap):
        found |= Q(birthday__month=month, birthday__day=number)
    return found


def birthdays(day: date, leap: str) -> list[tuple[int, int]]:
    """Month and day of those who keep their birthday on this day."""
    found = [(day.month, day.day)]
    if day == kept_on(date(2000, 2, 29), day.year, leap) and found != [(2, 29)]:
        found.append((2, 29))
    return found
