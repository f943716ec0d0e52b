"""The page of channels: the mix over time, what each sells, and which way leads to orders."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.desk.insights import channels
from crm.desk.insights.drills import link
from crm.desk.insights.sheets import Line, Sheet, money, percent, share, whole
from crm.lib import charts
from crm.lib.labels import label

COLOURS = 7


def show(data: dict[str, Any], asked: Mapping[str, str]) -> tuple[list[Sheet], dict[str, Any]]:
    ways = _ways(data)
    return [_mix(data), _directions(data), _sold(data), ways, _credit(data)], {
        "ways": list(zip([channels.steps(row[0]) for row in data["ways"]], ways.rows, strict=False)),
        "widest": max((row[1] for row in data["ways"]), default=0),
        "rest": ways.rows[len(data["ways"]) :],
        "orders": whole(data["orders"]),
    }


def _mix(data: dict[str, Any]) -> Sheet:
    series = [(label("channel", channel), [row[2] for row in rows]) for channel, rows in data["mix"]]
    months = data["months"]
    totals = [sum(values[place] for _name, values in series) for place in range(len(months))]
    lines = tuple(
        Line(month[:7], (totals[place], *(values[place] for _name, values in series)))
        for place, month in enumerate(months)
    )
    shown = series[:COLOURS]
    if len(series) > COLOURS:
        rest = [sum(values[place] for _name, values in series[COLOURS:]) for place in range(len(months))]
        shown.append((pgettext("channels", "Others"), [float(one) for one in rest]))
    tones = [*range(1, COLOURS + 1), 0]
    bars = [charts.Series(name, values, tone) for tone, (name, values) in zip(tones, shown, strict=False)]
    return Sheet(
        "mix",
        _("Touches by channel, month by month"),
        _(
            "All messages, calls, visits and orders; internal notes are not counted. The last bar is not"
            " over yet."
        ),
        (_("Month"), _("All channels"), *(name for name, _values in series)),
        (whole,) * (len(series) + 1),
        lines,
        charts.stacked(
            _("Touches by channel, month by month"), [month[:7] for month in months], bars, height=240
        )
        if series
        else None,
    )


def _directions(data: dict[str, Any]) -> Sheet:
    """Who speaks: they or we."""
    sums = [(channel, [sum(column) for column in zip(*rows, strict=True)]) for channel, rows in data["mix"]]
    total = sum(all_of for _channel, (_in, _out, all_of) in sums)
    lines = tuple(
        Line(
            label("channel", channel),
            (all_of, share(all_of, total), from_them, to_them, share(from_them, from_them + to_them)),
            link("touched", 365, channel),
        )
        for channel, (from_them, to_them, all_of) in sums
    )
    return Sheet(
        "directions",
        _("Who speaks"),
        _(
            "Touches of these 12 months by who began them. What has no direction, such as a meeting,"
            " counts in all."
        ),
        (
            _("Channel"),
            _("Touches"),
            _("Share"),
            _("From the customer"),
            _("To the customer"),
            _("Share of the customer"),
        ),
        (whole, percent, whole, whole, percent),
        lines,
        is_open=True,
    )


def _sold(data: dict[str, Any]) -> Sheet:
    total = sum(row[3] for row in data["sold"])
    lines = tuple(
        Line(label("channel", channel), (orders, buyers, net, share(net, total), share(net, orders)))
        for channel, orders, buyers, net in data["sold"]
    )
    parts = [charts.Part(line.label, line.values[2] or 0, tone) for tone, line in enumerate(lines[:7], 1)]
    return Sheet(
        "sold",
        _("Where orders come from"),
        _("Orders of these 12 months by the channel they came in on, net of refunds, in our currency."),
        (_("Channel"), _("Orders"), _("Buyers"), _("Sales"), _("Share"), _("Each order")),
        (whole, whole, money, percent, money),
        lines,
        charts.donut(_("Where orders come from"), parts, unit=_("sales"), fmt=money),
    )


def _ways(data: dict[str, Any]) -> Sheet:
    lines = [
        Line(
            channels.in_words(way),
            (orders, share(orders, data["orders"]), net, share(net, orders)),
            link("path", way or "none"),
        )
        for way, orders, net in data["ways"]
    ]
    number, orders, net = data["other_ways"]
    if number:
        lines.append(
            Line(
                _("%(number)s other ways") % {"number": whole(number)},
                (orders, share(orders, data["orders"]), net, share(net, orders)),
            )
        )
    return Sheet(
        "ways",
        _("Ways to an order"),
        _(
            "Orders of the last 90 days by the channels on which one met in the 30 days before, in their"
            " order. A channel that follows itself is one step; longer ways show their last five."
        ),
        (_("Way"), _("Orders"), _("Share"), _("Sales"), _("Each order")),
        (whole, percent, money, money),
        tuple(lines),
    )


def _credit(data: dict[str, Any]) -> Sheet:
    lines = tuple(
        Line(label("channel", channel), tuple(numbers), link("touchedway", channel))
        for channel, *numbers in data["credit"]
    )
    return Sheet(
        "credit",
        _("Which channel opens and which one closes"),
        _(
            "The same orders, credited to the first channel on their way, to the last one, and to every"
            " channel on it. An order counts once for each channel in the last pair, so those add up to"
            " more than all."
        ),
        (
            _("Channel"),
            _("First touch"),
            _("Sales"),
            _("Last touch"),
            _("Sales"),
            _("Any touch"),
            _("Sales"),
        ),
        (whole, money, whole, money, whole, money),
        lines,
        is_open=True,
    )
