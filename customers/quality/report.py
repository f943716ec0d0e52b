"""The page about the whole base: how scores are spread, how they move, where to begin."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models.functions import TruncWeek
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.lib import charts
from crm.lib.charts import Chart, Series
from customers.quality import rules
from customers.quality.columns import BANDS
from customers.quality.models import AssessmentQuerySet
from customers.quality.summary import GOOD, LOW, Summary

WEEKS = 26
MOST_OWNERS = 12
TONES = {"low": 5, "fair": 3, "good": 2}


@dataclass(frozen=True)
class Owner:
    name: str
    customers: int
    mean: float
    low: int
    url: str


@dataclass(frozen=True)
class Problem:
    label: str
    customers: int
    share: float
    url: str


def spread_chart(summary: Summary) -> Chart:
    labels = [f"{tenth * 10}–{tenth * 10 + 9 if tenth < 9 else 100}" for tenth in range(10)]
    low, good = LOW // 10, GOOD // 10
    bands = [("low", 0, low), ("fair", low, good), ("good", good, 10)]
    words = {"low": _("Low"), "fair": _("Fair"), "good": _("Good")}
    series = [
        Series(
            words[band],
            [summary.tenths[tenth] if first <= tenth < last else 0 for tenth in range(10)],
            TONES[band],
        )
        for band, first, last in bands
    ]
    urls = [
        customers_with(quality=next(key for key, (_low, high) in BANDS.items() if tenth * 10 <= high))
        for tenth in range(10)
    ]
    return charts.stacked(_("Customers by data quality"), labels, series, urls=urls)


def trend_chart(assessments: AssessmentQuerySet) -> Chart | None:
    """The last assessment of each week; None while there is nothing to compare."""
    newest = (
        assessments.done()
        .annotate(week=TruncWeek("started_at"))
        .order_by("-week", "-started_at")
        .distinct("week")
        .values_list("week", "summary__means")[:WEEKS]
    )
    weeks = [(week, means) for week, means in reversed(newest) if means]
    if len(weeks) < 2:
        return None
    series = [
        Series(label, [means.get(name, 0) for _week, means in weeks], tone)
        for name, label, tone in (
            ("score", _("Data quality"), 1),
            ("completeness", _("Completeness"), 2),
            ("accuracy", _("Accuracy"), 3),
            ("timeliness", _("Timeliness"), 4),
        )
    ]
    return charts.line(_("Week by week"), [f"{week.month}/{week.day}" for week, _means in weeks], series)


def problems(summary: Summary) -> list[Problem]:
    found = [
        Problem(str(rule.label), number, number / summary.customers, customers_with(problem=code))
        for code, number in summary.problems.items()
        if (rule := rules.find(code))
    ]
    return sorted(found, key=lambda one: -one.customers)


def owners(summary: Summary) -> list[Owner]:
    """Those with the most customers to look after first."""
    names = dict(User.objects.filter(pk__in=[int(pk) for pk in summary.owners]).values_list("pk", "name"))
    found: Sequence[Owner] = [
        Owner(
            names.get(int(pk), _("Nobody")),
            int(number),
            mean,
            int(low),
            customers_with(owner=pk if pk != "0" else "none", quality="low", sort="quality", cols="quality"),
        )
        for pk, (number, mean, low) in summary.owners.items()
    ]
    return sorted(found, key=lambda one: (-one.low, one.mean))[:MOST_OWNERS]


def customers_with(**filters: str) -> str:
    return f"{reverse('customers:list')}?{urlencode(filters)}"
