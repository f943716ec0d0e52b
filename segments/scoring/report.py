"""What the RFM page shows: scores turned into rows, cells and charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models.functions import TruncWeek
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from crm.lib import charts
from crm.lib.charts import Chart, Part, Series
from crm.lib.templatetags.ui import money, rounded_money, thousands
from segments.facts import zone
from segments.scoring import lifecycle, policies
from segments.scoring.groups import ACTIONS, TONES
from segments.scoring.models import Group, ScoringRun, ScoringRunQuerySet, Stage
from segments.scoring.summary import Summary, Tally

SCORES = (5, 4, 3, 2, 1)
STAGE_TONES: dict[str, int] = {
    Stage.PROSPECT: 6,
    Stage.NEW: 4,
    Stage.ACTIVE: 1,
    Stage.LOYAL: 2,
    Stage.WON_BACK: 7,
    Stage.RISK: 3,
    Stage.DORMANT: 5,
    Stage.LOST: 0,
}
# Eleven lines cannot be told apart, so the groups are followed over time in four families.
FAMILIES: tuple[tuple[str | Promise, int, tuple[Group, ...]], ...] = (
    (pgettext_lazy("rfm family", "Best"), 2, (Group.CHAMPION, Group.LOYAL)),
    (pgettext_lazy("rfm family", "Growing"), 1, (Group.POTENTIAL, Group.NEW, Group.PROMISING)),
    (
        pgettext_lazy("rfm family", "Slipping"),
        3,
        (Group.ATTENTION, Group.SLEEPING, Group.RISK, Group.CANNOT_LOSE),
    ),
    (pgettext_lazy("rfm family", "Gone quiet"), 0, (Group.HIBERNATING, Group.LOST)),
)
WEEKS = 12


@dataclass(frozen=True)
class Cell:
    """One cell of the grid, as components/heat_map.html wants it."""

    name: str
    text: str
    tip: str
    level: int
    url: str


@dataclass(frozen=True)
class GroupRow:
    key: str
    label: str
    tone: int
    tally: Tally
    share: float
    money_share: float
    action: str | Promise
    url: str


@dataclass(frozen=True)
class Band:
    """Which values make a score."""

    score: int
    recency: str
    frequency: str
    monetary: str


def page(summary: Summary, last: ScoringRun | None, *, by_money: bool) -> dict[str, Any]:
    """The context of scoring/rfm.html, as far as it follows from the scores."""
    groups, rules = group_rows(summary), policies.of(last)
    return {
        "last": last,
        "summary": summary,
        "by_money": by_money,
        "heat": heat_rows(summary, by_money=by_money),
        "frequencies": [f"F{score}" for score in reversed(SCORES)],
        "groups": groups,
        "widest": max(row.share for row in groups),
        "stages": stage_chart(summary),
        "prospects": summary.stages[Stage.PROSPECT].customers,
        "prospects_url": customers_with(stage=Stage.PROSPECT.value),
        "bands": bands(last.cutoffs) if last else [],
        "rules": rules,
        "stage_rules": [(stage.label, lifecycle.reason(stage, rules)) for stage in Stage],
        "currency": settings.DEFAULT_CURRENCY,
        "new_segment": reverse("segments:new"),
    }


def heat_rows(summary: Summary, *, by_money: bool) -> list[tuple[str, list[Cell]]]:
    """Recency from recent to long ago, frequency from seldom to often."""

    def weight(tally: Tally) -> float:
        return float(tally.money) if by_money else tally.customers

    top = max(map(weight, summary.cells.values()), default=0)
    rows = []
    for recency in SCORES:
        cells = []
        for frequency in reversed(SCORES):
            tally = summary.cells[f"{recency}{frequency}"]
            amount = weight(tally)
            cells.append(
                Cell(
                    name=f"R{recency} F{frequency}",
                    text=_short_money(amount) if by_money else thousands(tally.customers),
                    tip=_tip(f"R{recency} · F{frequency}", tally),
                    level=charts.level(amount, top),
                    url=customers_with(r=recency, f=frequency),
                )
            )
        rows.append((f"R{recency}", cells))
    return rows


def group_rows(summary: Summary) -> list[GroupRow]:
    total = summary.total
    return [
        GroupRow(
            key=group.value,
            label=str(group.label),
            tone=TONES[group],
            tally=(tally := summary.groups[group]),
            share=tally.customers / total.customers if total.customers else 0,
            money_share=float(tally.money / total.money) if total.money else 0,
            action=ACTIONS[group],
            url=customers_with(group=group.value),
        )
        for group in Group
    ]


def stage_chart(summary: Summary) -> Chart:
    parts = [
        Part(str(stage.label), summary.stages[stage].customers, tone, customers_with(stage=stage.value))
        for stage, tone in ((stage, STAGE_TONES[stage]) for stage in Stage)
    ]
    return charts.donut(_("Lifecycle stages"), parts, unit=_("customers"))


def history_chart(runs: ScoringRunQuerySet) -> Chart | None:
    """The last scoring of each week; None while there is nothing to compare."""
    newest = (
        runs.done()
        .annotate(week=TruncWeek("as_of", tzinfo=zone()))
        .order_by("-week", "-as_of")
        .distinct("week")
        .values_list("week", "summary__groups")[:WEEKS]
    )
    weeks = list(reversed(newest))
    if len(weeks) < 2:
        return None
    series = [
        Series(
            str(name),
            [sum((found or {}).get(group, [0])[0] for group in groups) for _week, found in weeks],
            tone,
        )
        for name, tone, groups in FAMILIES
    ]
    return charts.stacked(
        _("Groups, week by week"), [f"{week.month}/{week.day}" for week, _found in weeks], series
    )


def bands(cutoffs: dict[str, list[Any]]) -> list[Band]:
    """The cut-offs the way people read them: which values make a 5, a 4, …"""
    days, counts = cutoffs.get("recency", []), cutoffs.get("frequency", [])
    amounts = [Decimal(amount) for amount in cutoffs.get("monetary", [])]
    if not days:
        return []
    return [
        Band(score, _days_band(days, score), _count_band(counts, score), _money_band(amounts, score))
        for score in SCORES
    ]


def _days_band(cuts: Sequence[int], score: int) -> str:
    # A score of 5 is more recent than the last cut-off, and so on.
    low, high = (0 if score == 5 else cuts[score - 1]), (None if score == 1 else cuts[score - 2] - 1)
    if high is None:
        return _("%(low)s days or more") % {"low": thousands(low)}
    if high < low:
        return NOBODY
    return _("%(low)s to %(high)s days") % {"low": thousands(low), "high": thousands(high)}


def _count_band(cuts: Sequence[int], score: int) -> str:
    low, high = (1 if score == 1 else cuts[score - 2] + 1), (None if score == 5 else cuts[score - 1])
    if high is None:
        return _("%(low)s or more") % {"low": thousands(low)}
    if high < low:
        return NOBODY
    return thousands(low) if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}


def _money_band(cuts: Sequence[Decimal], score: int) -> str:
    currency = settings.DEFAULT_CURRENCY
    low, high = (None if score == 1 else cuts[score - 2]), (None if score == 5 else cuts[score - 1])
    if low is None:
        return _("up to %(high)s") % {"high": money(high, currency)}
    if high is None:
        return _("more than %(low)s") % {"low": money(low, currency)}
    if high == low:
        return NOBODY
    return _("%(low)s to %(high)s") % {
        "low": money(low + Decimal("0.01"), currency),
        "high": money(high, currency),
    }


NOBODY = "–"


def customers_with(**filters: str | int) -> str:
    return f"{reverse('customers:list')}?{urlencode(filters)}"


def _short_money(amount: float) -> str:
    return charts.short(amount) if amount else "0"


def _tip(name: str, tally: Tally) -> str:
    currency = settings.DEFAULT_CURRENCY
    return "\n".join(
        (
            name,
            _("Customers: %(number)s") % {"number": thousands(tally.customers)},
            _("Spent together: %(amount)s") % {"amount": rounded_money(tally.money, currency)},
            _("On average: %(amount)s") % {"amount": rounded_money(tally.average, currency)},
        )
    )
