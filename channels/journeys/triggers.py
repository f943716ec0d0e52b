"""What makes customers enter, and the rows that tell of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Extract
from django.utils.translation import gettext_lazy as _

from channels.inbox.models import Message
from channels.reports.models import Rating
from customers.models import Customer
from customers.orders.models import Order
from customers.timeline.models import Entry
from segments.models import Crossing, Membership
from segments.movement.models import Change

Trigger = Mapping[str, Any]


class When(models.TextChoices):
    REGISTERED = "registered", _("A customer is new")
    SEGMENT = "segment", _("A customer comes into a segment")
    LEFT = "left", _("A customer leaves a segment")
    MOVED = "moved", _("A customer moves to another stage or group")
    RISK = "risk", _("The risk of leaving rises")
    FIRST_ORDER = "first_order", _("A customer orders for the first time")
    ORDER = "order", _("A customer orders")
    ABANDONED = "abandoned", _("A customer looks around and does not order")
    BIRTHDAY = "birthday", _("A customer has a birthday")
    FESTIVAL = "festival", _("A festival is near")
    CLOSED = "closed", _("A conversation is closed")
    RATED = "rated", _("A conversation gets a low rating")
    EVENT = "event", _("Something stands on the timeline")
    MANUAL = "manual", _("Only when somebody puts customers in")


PK = F("pk")
# Those that are looked up by the day.
DAILY = (When.BIRTHDAY, When.FESTIVAL)


@dataclass(frozen=True)
class Happening:
    """Rows of one table; who comes with each, and when it happened."""

    rows: QuerySet[Any]
    customer: str
    at: str
    # What tells one row from another, for good.
    number: Any = PK
    # Whether later rows have higher numbers. Others are found by their moment.
    is_numbered: bool = True
    # A row counts only once it is so old; `touches` are the rows that may still come to count.
    ripens: timedelta = timedelta(0)
    touches: QuerySet[Any] | None = None

    def named(self) -> QuerySet[Any]:
        return self.rows.values(number=self.number, who=F(self.customer), moment=F(self.at))

    def newest(self) -> int:
        """The last row of the table, whatever it tells of."""
        return newest(self.rows.model)


def happening(trigger: Trigger, *, looking_back: bool = False) -> Happening | None:
    """None for what no table tells of: days, states, and what somebody does by hand. Looking back, what
    happened later does not count."""
    if trigger["kind"] == When.ABANDONED:
        return _abandoned(trigger, looking_back=looking_back)
    make = HAPPENINGS.get(trigger["kind"])
    return make(trigger) if make else None


def newest(model: type[models.Model]) -> int:
    return model._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0


def prefix(trigger: Trigger) -> str:
    """What the entry key begins with."""
    return f"{trigger['kind']}:"


def touches_of(kind: str) -> QuerySet[Entry]:
    """Timeline entries of a kind or of its family."""
    return Entry.objects.filter(Q(kind=kind) | Q(kind__startswith=f"{kind}."))


def _abandoned(trigger: Trigger, *, looking_back: bool) -> Happening:
    """The last touch of a visit after which no order came. Looking back, it is asked as of then."""
    hours = timedelta(hours=trigger["hours"])
    touches = touches_of(trigger["event"])
    until = OuterRef("occurred_at") + hours
    orders = Order.objects.counted().filter(
        customer=OuterRef("customer"), placed_at__gte=OuterRef("occurred_at")
    )
    later = touches.filter(
        customer=OuterRef("customer"), occurred_at__gt=OuterRef("occurred_at"), occurred_at__lte=until
    )
    bought = orders.filter(placed_at__lte=until) if looking_back else orders
    return Happening(
        touches.filter(~Exists(later), ~Exists(bought)),
        "customer_id",
        "occurred_at",
        ripens=hours,
        touches=touches,
    )


def _first_orders() -> QuerySet[Any]:
    before = Q(placed_at__lt=OuterRef("placed_at")) | Q(
        placed_at=OuterRef("placed_at"), pk__lt=OuterRef("pk")
    )
    earlier = Order.objects.counted().filter(before, customer=OuterRef("customer"))
    return Order.objects.counted().filter(~Exists(earlier))


def _moved(trigger: Trigger) -> Happening:
    """A move because the rules changed, or with the first order, is none of the customer's."""
    kind, _colon, after = trigger["to"].partition(":")
    rows = Change.objects.filter(kind=kind, after=after).exclude(cause=Change.Cause.RULES).exclude(before="")
    number = Cast(Extract("at", "epoch"), BigIntegerField())
    return Happening(rows, "customer_id", "at", number=number, is_numbered=False)


HAPPENINGS: Mapping[str, Callable[[Trigger], Happening]] = {
    When.REGISTERED: lambda _trigger: Happening(Customer.objects.present(), "pk", "created_at"),
    When.SEGMENT: lambda trigger: Happening(
        Membership.objects.filter(segment=trigger["segment"]), "customer_id", "entered_at"
    ),
    When.LEFT: lambda trigger: Happening(
        Crossing.objects.exits().filter(segment=trigger["segment"]), "customer_id", "left_at"
    ),
    When.MOVED: _moved,
    When.FIRST_ORDER: lambda _trigger: Happening(_first_orders(), "customer_id", "placed_at"),
    When.ORDER: lambda _trigger: Happening(Order.objects.counted(), "customer_id", "placed_at"),
    When.CLOSED: lambda _trigger: Happening(
        Message.objects.filter(direction=Message.Direction.SYSTEM, kind="closed"),
        "conversation__customer_id",
        "at",
    ),
    When.RATED: lambda trigger: Happening(
        Rating.objects.filter(score__lte=trigger["score"]),
        "conversation__customer_id",
        "at",
        is_numbered=False,
    ),
    When.EVENT: lambda trigger: Happening(touches_of(trigger["event"]), "customer_id", "occurred_at"),
}
