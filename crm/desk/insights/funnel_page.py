"""The funnel page: how far people come, all together and by where one first met."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.desk.insights.drills import link
from crm.desk.insights.sheets import Line, Sheet, money, percent, share, whole
from crm.lib import charts
from crm.lib.labels import label


def show(data: dict[str, Any], asked: Mapping[str, str]) -> tuple[list[Sheet], dict[str, Any]]:
    sheets = [_steps(data), _conversion(data), _channels(data)]
    return sheets, {}


def names() -> dict[str, str]:
    return {
        "met": pgettext("funnel", "Met us"),
        "replied": pgettext("funnel", "Replied or came by"),
        "ordered": pgettext("funnel", "Ordered"),
        "again": pgettext("funnel", "Ordered again"),
        "loyal": pgettext("funnel", "Loyal"),
    }


def _steps(data: dict[str, Any]) -> Sheet:
    totals = [sum(row[place] for row in data["channels"]) for place in range(1, 6)]
    before = [0, *totals]
    lines = tuple(
        Line(name, (number, share(number, before[place]), share(number, totals[0])), link("funnel", step))
        for place, ((step, name), number) in enumerate(zip(names().items(), totals, strict=True))
    )
    parts = [charts.Part(line.label, line.values[0] or 0, 1, line.url) for line in lines]
    return Sheet(
        "steps",
        _("From the first touch to loyalty"),
        _(
            "Everybody whose first touch or order lies within the last 365 days, by how far they came."
            " “Replied or came by” is any touch from their side; “Ordered again” means orders on two"
            " days or more; “Loyal” is the stage of the last scoring."
        ),
        (_("Step"), _("Customers"), _("Of the step before"), _("Of all")),
        (whole, percent, percent),
        lines,
        charts.funnel(_("From the first touch to loyalty"), parts) if totals[0] else None,
    )


def _conversion(data: dict[str, Any]) -> Sheet:
    """Channels where too few met us would jump up and down."""
    rows = [row for row in data["channels"] if row[1]]
    lines = tuple(
        Line(
            label("channel", channel),
            (share(ordered, met), share(again, met), share(loyal, met)),
            link("funnel", "ordered", channel),
        )
        for channel, met, _replied, ordered, again, loyal, _money in rows
    )
    picture = charts.stacked(
        _("What comes of a first touch"),
        [line.label for line in lines],
        [
            charts.Series(
                pgettext("funnel", "Ordered once"), [_points(row[3] - row[4], row[1]) for row in rows], 7
            ),
            charts.Series(
                pgettext("funnel", "Ordered again"), [_points(row[4] - row[5], row[1]) for row in rows], 1
            ),
            charts.Series(pgettext("funnel", "Loyal"), [_points(row[5], row[1]) for row in rows], 2),
        ],
        height=220,
        fmt=lambda value: f"{value:.1f}%",
        urls=[line.url for line in lines],
        unit="%",
    )
    return Sheet(
        "conversion",
        _("What comes of a first touch"),
        _("Of those who first met us on a channel, the share who ordered, ordered again and became loyal."),
        (_("Channel"), _("Ordered"), pgettext("funnel", "Ordered again"), pgettext("funnel", "Loyal")),
        (percent, percent, percent),
        lines,
        picture if lines else None,
    )


def _channels(data: dict[str, Any]) -> Sheet:
    lines = tuple(
        Line(
            label("channel", channel),
            (met, replied, ordered, again, loyal, share(ordered, met), net, share(net, met)),
            link("funnel", "met", channel),
        )
        for channel, met, replied, ordered, again, loyal, net in data["channels"]
    )
    return Sheet(
        "origins",
        _("By the channel of the first touch"),
        _(
            "Money is all that they ever spent, net of refunds; the last column divides it by all who"
            " met us there."
        ),
        (_("First touch"), *names().values(), _("Share who ordered"), _("Spent"), _("Money for each")),
        (whole, whole, whole, whole, whole, percent, money, money),
        lines,
        is_open=True,
    )


def _points(part: float, whole: float) -> float:
    return part / whole * 100 if whole else 0
