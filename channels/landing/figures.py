"""What came of a page: visits, submissions, new customers, orders; in all, by source, by heading."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from channels.campaigns import lift
from channels.landing.models import LandingPage
from crm.lib import charts
from crm.lib.keeping import kept
from customers.orders.models import Order
from segments import narrowing, rules

KEPT, DAYS, MOST = 60, 30, 50
# An order counts once, for what its customer sent first.
CAME_OF = """
    WITH sent AS (
        SELECT source, medium, label, variant, campaign_id, customer_id, at, is_new,
               row_number() OVER (PARTITION BY customer_id ORDER BY at, id) = 1 AS is_first
        FROM landing_submission WHERE page_id = %(page)s)
    SELECT source, medium, label, variant, max(campaign_id), count(*), count(*) FILTER (WHERE is_new),
           count(*) FILTER (WHERE bought.orders > 0), coalesce(sum(bought.orders), 0),
           coalesce(sum(bought.spent), 0)
    FROM sent LEFT JOIN LATERAL (
        SELECT count(*) AS orders, sum(amount - refunded) AS spent FROM orders_order AS one
        WHERE sent.is_first AND one.customer_id = sent.customer_id AND one.placed_at >= sent.at
          AND one.placed_at < sent.at + make_interval(days => %(days)s) AND one.currency = %(currency)s
          AND one.status <> ALL(%(void)s)) AS bought ON true
    GROUP BY 1, 2, 3, 4
"""
Place = tuple[str, str, str, str]


@dataclass(frozen=True)
class Result:
    """The figures of one part of a page's visitors."""

    source: str = ""
    medium: str = ""
    label: str = ""
    variant: str = ""
    campaign: int | None = None
    visits: int = 0
    submissions: int = 0
    new: int = 0
    buyers: int = 0
    orders: int = 0
    spent: Decimal = Decimal(0)

    @property
    def rate(self) -> float:
        """More may be sent than was seen: visits by programs are not counted."""
        return min(1.0, self.submissions / self.visits) if self.visits else 0.0

    @property
    def name(self) -> str:
        parts = [self.source or pgettext("visit", "Directly"), self.medium, self.label]
        return " · ".join(part for part in parts if part)

    @property
    def query(self) -> str:
        return urlencode({"source": self.source, "medium": self.medium, "label": self.label})

    def __add__(self, other: "Result") -> "Result":
        sums = {
            name: getattr(self, name) + getattr(other, name)
            for name in ("visits", "submissions", "new", "buyers", "orders", "spent")
        }
        mine = {name: getattr(self, name) for name in ("source", "medium", "label", "variant")}
        return Result(**mine, campaign=self.campaign or other.campaign, **sums)


@dataclass(frozen=True)
class Results:
    parts: tuple[Result, ...]

    @property
    def whole(self) -> Result:
        return sum(self.parts, Result())

    @property
    def sources(self) -> list[Result]:
        """The most fruitful first; what was never looked at is not there."""
        found = self._by(lambda one: (one.source, one.medium, one.label))
        return sorted(found, key=lambda one: (-one.submissions, -one.visits, one.name))[:MOST]

    @property
    def headings(self) -> list[Result]:
        return sorted(self._by(lambda one: (one.variant,)), key=lambda one: one.variant)

    @property
    def verdict(self) -> str:
        """Which heading won, where chance explains the difference in fewer than 5 of 100 cases."""
        found = self.headings
        if len(found) < 2 or min(one.visits for one in found) < lift.ENOUGH:
            return _("It takes 100 visits of each heading to compare them.")
        first, second = ((min(one.submissions, one.visits), one.visits) for one in found[:2])
        ahead = lift.share_difference(second, first)
        if not ahead.is_certain:
            return _("The difference may be chance.")
        return _("Heading %(letter)s is better.") % {"letter": "B" if ahead.value > 0 else "A"}

    def _by(self, key: Callable[[Result], tuple[str, ...]]) -> list[Result]:
        found: dict[tuple[str, ...], Result] = {}
        for one in self.parts:
            found[key(one)] = found[key(one)] + one if key(one) in found else one
        return list(found.values())


def results(page: LandingPage) -> Results:
    """At most a minute old."""
    return kept(f"landing:{page.pk}:{page.conversion_days}", KEPT, lambda: count(page))


def count(page: LandingPage) -> Results:
    looked = page.visits.values_list("source", "medium", "label", "variant").annotate(Sum("count"))
    visits: dict[Place, int] = {row[:4]: row[4] for row in looked.order_by()}
    came: dict[Place, Any] = {row[:4]: row[4:] for row in _came_of(page)}
    return Results(
        tuple(_result(place, visits.get(place, 0), came.get(place)) for place in sorted({*visits, *came}))
    )


def seen_and_sent(pages: list[int]) -> dict[int, tuple[int, int]]:
    """Of each page of a list: how often it was looked at, and how much was sent."""
    looked = dict(_grouped(LandingPage.objects.filter(pk__in=pages), Sum("visits__count")))
    sent = dict(_grouped(LandingPage.objects.filter(pk__in=pages), Count("submissions")))
    return {pk: (looked.get(pk) or 0, sent.get(pk) or 0) for pk in pages}


def by_day(page: LandingPage) -> charts.Chart:
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    looked = dict(page.visits.filter(day__gte=days[0]).values_list("day").annotate(Sum("count")).order_by())
    since = timezone.now() - timedelta(days=DAYS)
    recent = page.submissions.filter(at__gte=since)
    sent = dict(recent.values_list(TruncDate("at")).annotate(Count("pk")).order_by())
    return charts.line(
        _("Visits and submissions of 30 days"),
        [date_format(day, "n/j") for day in days],
        [
            charts.Series(_("Visits"), [looked.get(day, 0) for day in days], 1),
            charts.Series(_("Submissions"), [sent.get(day, 0) for day in days], 2),
        ],
    )


def customers_url(page: LandingPage) -> str:
    """The customer list, narrowed to who sent something from this page."""
    asked = {"number": 1, "days": None, "of": [page.pk]}
    leaf = {"fact": "landing.submitted", "op": "at_least", "value": asked}
    rule = rules.parse({"match": "all", "rules": [leaf]})
    return f"{reverse('customers:list')}?{urlencode({'rule': narrowing.written(rule)})}"


def _result(place: Place, visits: int, came: Any) -> Result:
    campaign, *numbers = came or (None, 0, 0, 0, 0, Decimal(0))
    return Result(*place, campaign, visits, *numbers)


def _grouped(rows: Any, measure: Any) -> Any:
    return rows.order_by().values_list("pk").annotate(measure)


def _came_of(page: LandingPage) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            CAME_OF,
            {
                "page": page.pk,
                "days": page.conversion_days,
                "currency": settings.DEFAULT_CURRENCY,
                "void": [Order.Status.CANCELLED, Order.Status.REFUNDED],
            },
        )
        return list(cursor.fetchall())
