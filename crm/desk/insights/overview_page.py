"""The overview: one tile for each indicator, and how the most telling ones came about."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.desk.insights import overview, tiles
from crm.desk.insights.drills import link
from crm.desk.insights.sheets import (
    Indicator,
    Line,
    Sheet,
    change,
    decimal,
    money,
    month_name,
    percent,
    share,
    whole,
)
from crm.lib import charts
from crm.lib.labels import label
from customers.timeline.models import Entry
from segments.scoring.models import Stage
from segments.scoring.report import STAGE_TONES

YEAR = overview.MONTHS


def show(data: dict[str, Any], asked: Mapping[str, str]) -> tuple[list[Sheet], dict[str, Any]]:
    indicators = tiles.shown(data)
    sheets = [
        _sales(data),
        _stages(data),
        _churn(data),
        _curve(data),
        _again(data),
        _ratings(data),
        _channels(data),
        _all(indicators),
    ]
    return sheets, {"indicators": indicators}


def _sales(data: dict[str, Any]) -> Sheet:
    before, now = data["months"][:YEAR], data["months"][YEAR:]
    lines = tuple(
        Line(
            month_name(month),
            (net, then[1], share(net - then[1], then[1]), orders, customers),
            link("month", month[:7]),
        )
        for (month, net, orders, customers), then in zip(now, before, strict=True)
    )
    picture = charts.line(
        _("Sales by month"),
        [line.label for line in lines],
        [
            charts.Series(_("These 12 months"), [net for _month, net, *_rest in now], 1),
            charts.Series(_("A year before"), [net for _month, net, *_rest in before], 0),
        ],
        height=220,
        fmt=money,
        urls=[line.url for line in lines],
    )
    return Sheet(
        "sales",
        _("Sales by month"),
        _("Orders that were not cancelled, net of refunds, in our currency. The last month is not over yet."),
        (_("Month"), _("Sales"), _("A year before"), _("Change"), _("Orders"), _("Buyers")),
        (money, money, change, whole, whole),
        lines,
        picture,
    )


def _stages(data: dict[str, Any]) -> Sheet:
    # As JSON comes back from the database its keys are in another order.
    stages = {stage: data["stages"][stage] for stage in Stage.values if stage in data["stages"]}
    before = data["stages_before"]
    total = sum(stages.values())
    listing = reverse("customers:list")
    lines = tuple(
        Line(
            label("stage", stage),
            (number, share(number, total), before.get(stage) if before else None),
            f"{listing}?stage={stage}",
        )
        for stage, number in stages.items()
    )
    tones = [STAGE_TONES.get(stage, 0) for stage in stages]
    parts = [
        charts.Part(line.label, line.values[0] or 0, tone, line.url)
        for line, tone in zip(lines, tones, strict=True)
    ]
    return Sheet(
        "stages",
        _("Buyers by stage"),
        _("Everybody with an order, by the stage that the last scoring found."),
        (_("Stage"), _("Customers"), _("Share"), _("90 days ago")),
        (whole, percent, whole),
        lines,
        charts.donut(_("Buyers by stage"), parts, unit=_("customers")),
    )


def _churn(data: dict[str, Any]) -> Sheet:
    lines = tuple(
        Line(
            month_name(month),
            (active, lapsed, share(lapsed, active)),
            link("lapsed", month[:7], data["lapse"]),
        )
        for month, active, lapsed in data["churn"][1:]
    )
    return Sheet(
        "churn",
        _("Churn by month"),
        tiles.lapse_about(data),
        (_("Month"), _("Customers when it began"), _("Lapsed"), _("Churn")),
        (whole, whole, percent),
        lines,
        _percents(_("Churn by month"), _("Churn"), lines, 2, tone=3),
    )


def _curve(data: dict[str, Any]) -> Sheet:
    """How the share of those who came back grows with the days."""

    def grown(place: int) -> list[float]:
        size, buckets = data["curve_sizes"][place], data["curves"][place]
        return [share(sum(buckets[: end + 1]), size) or 0 for end in range(len(overview.CURVE))]

    now, before = grown(0), grown(1)
    names = (_("First bought 1 to 2 years ago"), _("First bought 2 to 3 years ago"))
    lines = tuple(
        Line(_("%(days)d days") % {"days": days}, (now[place], before[place]))
        for place, days in enumerate(overview.CURVE)
    )
    picture = charts.line(
        _("How soon new buyers come back"),
        [str(days) for days in overview.CURVE],
        [
            charts.Series(names[0], [one * 100 for one in now], 2),
            charts.Series(names[1], [one * 100 for one in before], 0),
        ],
        height=200,
        fmt=_points,
        unit="%",
    )
    return Sheet(
        "curve",
        _("How soon new buyers come back"),
        _("The share of new buyers who ordered on another day within so many days of their first order."),
        (_("Within"), *names),
        (percent, percent),
        lines,
        picture,
    )


def _again(data: dict[str, Any]) -> Sheet:
    lines = tuple(
        Line(
            _("%(days)d days") % {"days": within},
            (now[0], now[1], share(now[1], now[0]), share(before[1], before[0])),
            link("again", within),
        )
        for within, now, before in data["again"]
    )
    return Sheet(
        "again",
        _("Bought again"),
        tiles.again_about(),
        (_("Within"), _("New buyers"), _("Came back"), _("Share"), _("A year before")),
        (whole, whole, percent, percent),
        lines,
        is_open=True,
    )


def _ratings(data: dict[str, Any]) -> Sheet:
    lines = tuple(
        Line(
            month_name(month),
            (number, good, share(good, number), share(total, number)),
            link("ratedin", month[:7]),
        )
        for month, good, number, total in data["rated"]
    )
    return Sheet(
        "ratings",
        _("Satisfaction by month"),
        _("What customers answered when asked how they found a conversation: the share with 4 or 5 stars."),
        (_("Month"), _("Ratings"), _("4 or 5 stars"), _("Share"), _("On average")),
        (whole, whole, percent, decimal),
        lines,
        _percents(_("Satisfaction by month"), _("Satisfaction"), lines, 2, tone=2)
        if any(line.values[0] for line in lines)
        else None,
    )


def _channels(data: dict[str, Any]) -> Sheet:
    names = dict(Entry.Channel.choices)
    lines = tuple(
        Line(
            str(names.get(channel, channel)),
            (now, before, share(now - before, before)),
            link("touched", 30, channel),
        )
        for channel, now, before in data["channels"]
    )
    # The smallest are one part of the ring: more colours than these nobody tells apart.
    shown = [
        charts.Part(line.label, line.values[0] or 0, tone, line.url) for tone, line in enumerate(lines[:6], 1)
    ]
    rest = sum(line.values[0] or 0 for line in lines[6:])
    parts = [*shown, *([charts.Part(pgettext("channels", "Others"), rest, 0)] if rest else [])]
    return Sheet(
        "channels",
        _("Channels, 30 days"),
        _("Touches of the last 30 days by channel, compared with the 30 days before."),
        (_("Channel"), _("Touches"), _("30 days before"), _("Change")),
        (whole, whole, change),
        lines,
        charts.donut(_("Channels, 30 days"), parts, unit=_("touches")),
    )


def _all(indicators: list[Indicator]) -> Sheet:
    """Shares as numbers from 0 to 1 in the file, so this table is only one of files."""
    lines = tuple(Line(one.label, (one.now, one.before, one.moved), one.url, one.about) for one in indicators)
    return Sheet(
        "indicators",
        _("All indicators"),
        _("What each figure means, and what it was the period before."),
        (_("Indicator"), _("Now"), _("Before"), _("Change")),
        (decimal, decimal, decimal),
        lines,
    )


def _percents(title: str, name: str, lines: tuple[Line, ...], place: int, *, tone: int) -> charts.Chart:
    """Months of which nothing is known are left out: nothing is not nought."""
    known = [(line, share) for line in lines if (share := line.values[place]) is not None]
    return charts.line(
        title,
        [line.label[2:] for line, _share in known],
        [charts.Series(name, [share * 100 for _line, share in known], tone)],
        height=200,
        fmt=_points,
        urls=[line.url for line, _share in known],
        unit="%",
    )


def _points(value: float) -> str:
    return f"{value:.1f}%"
