"""The indicators that goals and reviews speak of. Each is one function of whose customers and which days:

    indicators.register(Indicator("returns", _("Returns"), _("…"), Unit.COUNT, returns, is_lower_better=True))

A function counts what happened from the start of `first` to the end of `last`; those that describe a state
say how it was at the end of `last`. None means that there is nothing to go by.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db.models import Avg, Count, F, FloatField, Max, Min, Q, QuerySet, Sum
from django.db.models.aggregates import Aggregate
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels.campaigns.models import Delivery
from channels.reports import times
from channels.reports.models import Fact
from crm.lib.templatetags.ui import NOTHING, percent, rounded_money, thousands
from customers.models import Customer, CustomerQuerySet, of_present
from customers.orders.models import Order
from segments.facts import start_of
from segments.scoring.models import Score, Stage

YEAR, HALF, ACTIVE = timedelta(days=365), timedelta(days=182), timedelta(days=90)


class Unit(StrEnum):
    MONEY = "money"
    COUNT = "count"
    SHARE = "share"
    SCORE = "score"
    TIME = "time"


@dataclass(frozen=True)
class Reach:
    """Whose customers and whose work: everybody's, those of some teams, or one colleague's."""

    teams: tuple[int, ...] | None = None
    person: int | None = None

    def customers(self) -> CustomerQuerySet:
        rows = Customer.objects.present()
        if self.person:
            return rows.filter(owner=self.person)
        return rows if self.teams is None else rows.filter(team__in=self.teams)

    def facts(self) -> QuerySet[Fact]:
        """Conversations belong to who had them, not to who has the customer."""
        if self.person:
            return Fact.objects.filter(person=self.person)
        return Fact.objects.all() if self.teams is None else Fact.objects.filter(team__in=self.teams)


@dataclass(frozen=True)
class Span:
    first: date
    last: date

    @property
    def start(self) -> datetime:
        return start_of(self.first)

    @property
    def end(self) -> datetime:
        return start_of(self.last + timedelta(days=1))


@dataclass(frozen=True)
class Indicator:
    """`adds_up` grows day by day, so that a pace can be told; what has no past is known only for now."""

    key: str
    label: str | Promise
    definition: str | Promise
    unit: Unit
    measure: Callable[[Reach, Span], float | None]
    adds_up: bool = False
    is_lower_better: bool = False
    has_past: bool = True

    def written(self, value: float | None) -> str:
        if value is None:
            return NOTHING
        if self.unit is Unit.MONEY:
            return rounded_money(value, settings.DEFAULT_CURRENCY)
        if self.unit is Unit.SHARE:
            return percent(value)
        if self.unit is Unit.TIME:
            return times.words(value)
        return f"{value:.2f}" if self.unit is Unit.SCORE else thousands(round(value))


_indicators: dict[str, Indicator] = {}


def register(indicator: Indicator) -> None:
    _indicators[indicator.key] = indicator


def all_indicators() -> list[Indicator]:
    return list(_indicators.values())


def find(key: str) -> Indicator | None:
    return _indicators.get(key)


def choices() -> list[tuple[str, str]]:
    return [(one.key, str(one.label)) for one in _indicators.values()]


def revenue(reach: Reach, span: Span) -> float:
    net = _bought(reach, span.start, span.end).aggregate(net=Sum(F("amount") - F("refunded")))["net"]
    return float(net or 0)


def new_customers(reach: Reach, span: Span) -> float:
    return reach.customers().filter(created_at__gte=span.start, created_at__lt=span.end).count()


def active_customers(reach: Reach, span: Span) -> float:
    return _people(_bought(reach, span.end - ACTIVE, span.end))


def repurchase_rate(reach: Reach, span: Span) -> float | None:
    buyers = _bought(reach, span.end - YEAR, span.end).values("customer").annotate(orders=Count("pk"))
    found = buyers.aggregate(all=Count("customer"), again=Count("customer", filter=Q(orders__gte=2)))
    return _share(found["again"], found["all"])


def churn_rate(reach: Reach, span: Span) -> float | None:
    middle = span.end - HALF
    buyers = _bought(reach, span.end - YEAR, span.end).values("customer")
    buyers = buyers.annotate(first=Min("placed_at"), last=Max("placed_at"))
    found = buyers.aggregate(
        all=Count("customer", filter=Q(first__lt=middle)),
        gone=Count("customer", filter=Q(last__lt=middle)),
    )
    return _share(found["gone"], found["all"])


def average_order(reach: Reach, span: Span) -> float | None:
    mean = _bought(reach, span.start, span.end).aggregate(mean=Avg(F("amount") - F("refunded")))["mean"]
    return None if mean is None else float(mean)


def loyal_share(reach: Reach, span: Span) -> float | None:
    scored = Score.objects.filter(customer__in=reach.customers())
    found = scored.aggregate(all=Count("pk"), loyal=Count("pk", filter=Q(stage=Stage.LOYAL)))
    return _share(found["loyal"], found["all"])


def satisfaction(reach: Reach, span: Span) -> float | None:
    mean: float | None = _facts(reach, span).aggregate(mean=Avg("score"))["mean"]
    return mean


def first_reply(reach: Reach, span: Span) -> float | None:
    middle: float | None = _facts(reach, span).aggregate(middle=Median("first_reply"))["middle"]
    return middle


def promises_kept(reach: Reach, span: Span) -> float | None:
    found = _facts(reach, span).aggregate(kept=Sum("kept"), missed=Sum("missed"))
    return _share(found["kept"] or 0, (found["kept"] or 0) + (found["missed"] or 0))


def campaign_orders(reach: Reach, span: Span) -> float:
    """Each order once, however many messages came before it."""
    got = Delivery.objects.filter(
        state=Delivery.State.ACCEPTED,
        sent_at__gte=span.start - timedelta(days=7),
        sent_at__lt=span.end,
    )
    orders = _bought(reach, span.start, span.end).filter(
        customer__deliveries__in=got,
        customer__deliveries__sent_at__lte=F("placed_at"),
        customer__deliveries__sent_at__gt=F("placed_at") - timedelta(days=7),
    )
    return orders.values("pk").distinct().count()


class Median(Aggregate):
    """Of whole columns; NULLs do not count."""

    function = "percentile_cont"
    name = "Median"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def _bought(reach: Reach, start: datetime, end: datetime) -> QuerySet[Order]:
    orders = Order.objects.counted().filter(
        placed_at__gte=start, placed_at__lt=end, currency=settings.DEFAULT_CURRENCY
    )
    everybody = reach.person is None and reach.teams is None
    mine = of_present() if everybody else Q(customer__in=reach.customers())
    return orders.filter(mine).order_by()


def _people(orders: QuerySet[Order]) -> int:
    number: int = orders.aggregate(number=Count("customer", distinct=True))["number"]
    return number


def _facts(reach: Reach, span: Span) -> QuerySet[Fact]:
    return reach.facts().filter(day__gte=span.first, day__lte=span.last)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


ALL = (
    Indicator(
        "revenue",
        _("Revenue"),
        _("Amounts less refunds of orders that count, in the company's currency."),
        Unit.MONEY,
        revenue,
        adds_up=True,
    ),
    Indicator(
        "new_customers",
        _("New customers"),
        _("Customers entered."),
        Unit.COUNT,
        new_customers,
        adds_up=True,
    ),
    Indicator(
        "active_customers",
        _("Active customers"),
        _("Different customers with an order that counts in the last 90 days."),
        Unit.COUNT,
        active_customers,
    ),
    Indicator(
        "repurchase_rate",
        _("Repurchase rate"),
        _("Of those who bought within a year, the part that bought at least twice."),
        Unit.SHARE,
        repurchase_rate,
    ),
    Indicator(
        "churn_rate",
        _("Churn rate"),
        _("Of those who bought 12 to 6 months ago, the part that has bought nothing since."),
        Unit.SHARE,
        churn_rate,
        is_lower_better=True,
    ),
    Indicator(
        "average_order",
        _("Average order"),
        _("Amount less refunds of an order that counts."),
        Unit.MONEY,
        average_order,
    ),
    Indicator(
        "loyal_share",
        _("Share of loyal customers"),
        _("Of all scored customers, the part in the stage “loyal” as of the last scoring."),
        Unit.SHARE,
        loyal_share,
        has_past=False,
    ),
    Indicator(
        "satisfaction", _("Satisfaction"), _("The mean of the ratings, of 5."), Unit.SCORE, satisfaction
    ),
    Indicator(
        "first_reply",
        _("First reply time"),
        _("Half of the conversations were answered within it, by the clock."),
        Unit.TIME,
        first_reply,
        is_lower_better=True,
    ),
    Indicator(
        "promises_kept",
        _("Promises kept"),
        _("The part of the promised times that was kept."),
        Unit.SHARE,
        promises_kept,
    ),
    Indicator(
        "campaign_orders",
        _("Orders after campaigns"),
        _("Orders within 7 days after a campaign's message. Not a proof that it was the reason."),
        Unit.COUNT,
        campaign_orders,
        adds_up=True,
    ),
)


def register_all() -> None:
    for one in ALL:
        register(one)
