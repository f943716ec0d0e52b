"""What makes customers enter, and the rows that tell of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from channels.inbox.models import Message
from customers.models import Customer
from customers.orders.models import Order
from customers.timeline.models import Entry
from segments.models import Membership

Trigger = Mapping[str, Any]


class When(models.TextChoices):
    REGISTERED = "registered", _("A customer is new")
    SEGMENT = "segment", _("A customer comes into a segment")
    FIRST_ORDER = "first_order", _("A customer orders for the first time")
    ORDER = "order", _("A customer orders")
    BIRTHDAY = "birthday", _("A customer has a birthday")
    CLOSED = "closed", _("A conversation is closed")
    EVENT = "event", _("Something stands on the timeline")
    MANUAL = "manual", _("Only when somebody puts customers in")


class Leap(models.TextChoices):
    """When those born on 29 February celebrate in other years."""

    BEFORE = "before", _("28 February")
    AFTER = "after", _("1 March")


@dataclass(frozen=True)
class Happening:
    """Rows of one table; who comes with each, and when it happened."""

    rows: QuerySet[Any]
    customer: str
    at: str

    def named(self) -> QuerySet[Any]:
        return self.rows.values(number=F("pk"), who=F(self.customer), moment=F(self.at))

    def newest(self) -> int:
        """The last row of the table, whatever it tells of."""
        last = self.rows.model._base_manager.order_by("-pk").values_list("pk", flat=True).first()
        return last or 0


def happening(trigger: Trigger) -> Happening | None:
    """None for what no table tells of: birthdays, and what somebody does by hand."""
    make = HAPPENINGS.get(trigger["kind"])
    return make(trigger) if make else None


def prefix(trigger: Trigger) -> str:
    """What the entry key begins with."""
    return f"{trigger['kind']}:"


def born_on(days: list[date], leap: str) -> Q:
    """Whose birthday is kept on one of these days."""
    found = Q(pk__in=[])
    for month, day in {pair for one in days for pair in _birthdays(one, leap)}:
        found |= Q(birthday__month=month, birthday__day=day)
    return found


def kept_on(birthday: date, year: int, leap: str) -> date:
    """The day on which a birthday is kept in a year."""
    try:
        return birthday.replace(year=year)
    except ValueError:
        return date(year, 2, 28) if leap == Leap.BEFORE else date(year, 3, 1)


def occasion(trigger: Trigger, day: date) -> date:
    """The birthday for which customers enter on this day."""
    return day + timedelta(days=trigger.get("days_before", 0))


def hour_of(trigger: Trigger, day: date) -> datetime:
    """When those enter whose day it is, by the company's clock."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return datetime.combine(day, time(trigger.get("hour", 9)), zone).astimezone(UTC)


def _birthdays(day: date, leap: str) -> list[tuple[int, int]]:
    found = [(day.month, day.day)]
    if day == kept_on(date(2000, 2, 29), day.year, leap) and found != [(2, 29)]:
        found.append((2, 29))
    return found


def _first_orders() -> QuerySet[Any]:
    before = Q(placed_at__lt=OuterRef("placed_at")) | Q(
        placed_at=OuterRef("placed_at"), pk__lt=OuterRef("pk")
    )
    earlier = Order.objects.counted().filter(before, customer=OuterRef("customer"))
    return Order.objects.counted().filter(~Exists(earlier))


HAPPENINGS: Mapping[str, Callable[[Trigger], Happening]] = {
    When.REGISTERED: lambda _trigger: Happening(Customer.objects.present(), "pk", "created_at"),
    When.SEGMENT: lambda trigger: Happening(
        Membership.objects.filter(segment=trigger["segment"]), "customer_id", "entered_at"
    ),
    When.FIRST_ORDER: lambda _trigger: Happening(_first_orders(), "customer_id", "placed_at"),
    When.ORDER: lambda _trigger: Happening(Order.objects.counted(), "customer_id", "placed_at"),
    When.CLOSED: lambda _trigger: Happening(
        Message.objects.filter(direction=Message.Direction.SYSTEM, kind="closed"),
        "conversation__customer_id",
        "at",
    ),
    When.EVENT: lambda trigger: Happening(
        Entry.objects.filter(kind=trigger["event"]), "customer_id", "occurred_at"
    ),
}
