"""The page of demand: what grows, what shrinks, and which month is whose."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.dates import MONTHS_3
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.desk.insights.drills import link
from crm.desk.insights.sheets import Line, Sheet, change, money, percent, share, whole
from crm.lib import charts

# Bars of more colours than these nobody tells apart.
COLOURS = 6
# The last of all months is not over yet.
NOW, BEFORE = slice(-13, -1), slice(-25, -13)
LATELY, LATELY_BEFORE = slice(-4, -1), slice(-16, -13)
Row = Sequence[Any]


def show(data: dict[str, Any], asked: Mapping[str, str]) -> tuple[list[Sheet], dict[str, Any]]:
    by_week = asked.get("by") == "week"
    seasons = _seasons(data)
    sheets = [_sales(data, by_week=by_week), _categories(data), seasons, _products(data)]
    return sheets, {
        "by_week": by_week,
        "heat": _heat(data, seasons),
        "month_names": [str(MONTHS_3[number]) for number in range(1, 13)],
    }


def _sales(data: dict[str, Any], *, by_week: bool) -> Sheet:
    place, spans = (3, data["weeks"]) if by_week else (2, data["months"][-13:])
    size = len(spans)
    series = [(_name(row[0]), row[place][-size:]) for row in data["categories"]]
    if any(data["other"][1 if by_week else 0][-size:]):
        series.append((_("All others"), data["other"][1 if by_week else 0][-size:]))
    labels = [span[5:] if by_week else span[:7] for span in spans]
    lines = tuple(
        Line(span if by_week else span[:7], tuple(values[index] for _label, values in series))
        for index, span in enumerate(spans)
    )
    title = _("Sales by category, week by week") if by_week else _("Sales by category, month by month")
    shown = series[:COLOURS]
    if len(series) > COLOURS:
        rest = [sum(values[index] for _label, values in series[COLOURS:]) for index in range(size)]
        shown.append((pgettext("channels", "Others"), rest))
    bars = [charts.Series(label, values, tone) for tone, (label, values) in enumerate(shown, 1)]
    return Sheet(
        "sales",
        title,
        _(
            "What the lines of all orders that were not cancelled add up to, in our currency, before"
            " refunds. The last bar is not over yet."
        ),
        (_("Week") if by_week else _("Month"), *(label for label, _values in series)),
        tuple(money for _one in series),
        lines,
        charts.stacked(title, labels, bars, height=240, fmt=money) if series else None,
    )


def _categories(data: dict[str, Any]) -> Sheet:
    total = sum(sum(row[2][NOW]) for row in data["categories"]) + sum(data["other"][0][NOW])
    lines = tuple(
        Line(
            _name(name),
            (*_growth(months), share(sum(months[NOW]), total)),
            link("category", product),
            trend=months[-13:-1],
        )
        for name, product, months, _weeks in data["categories"]
    )
    return Sheet(
        "categories",
        _("Categories"),
        _grown(),
        (_("Category"), *_growth_head(), _("Share")),
        (money, change, money, change, percent),
        lines,
        is_open=True,
    )


def _products(data: dict[str, Any]) -> Sheet:
    lines = tuple(
        Line(
            name,
            (*_growth(months), sum(pieces[NOW]), buyers),
            link("product", product),
            note=category,
            trend=months[-13:-1],
        )
        for product, name, category, months, pieces, buyers in data["products"]
    )
    return Sheet(
        "products",
        _("Products that sell most"),
        _grown() + " " + _("Buyers are the customers who ordered it in the last 365 days."),
        (_("Product"), *_growth_head(), _("Pieces"), _("Buyers")),
        (money, change, money, change, whole, whole),
        lines,
        is_open=True,
    )


def _seasons(data: dict[str, Any]) -> Sheet:
    """How much more or less than in an average month is sold, by the month of the year."""
    numbers = [int(month[5:7]) for month in data["months"][:-1]]
    lines = []
    for name, product, months, _weeks in data["categories"]:
        mean = sum(months[:-1]) / len(numbers)
        sums = dict.fromkeys(range(1, 13), 0.0)
        for number, net in zip(numbers, months[:-1], strict=True):
            sums[number] += net / 2
        lines.append(
            Line(_name(name), tuple(share(sums[number], mean) for number in sums), link("category", product))
        )
    return Sheet(
        "seasons",
        _("Seasons"),
        _(
            "Sales of a month of the year against an average month, over the last two years: 100% is an"
            " average month."
        ),
        (_("Category"), *(str(MONTHS_3[number]) for number in range(1, 13))),
        (percent,) * 12,
        tuple(lines),
    )


def _heat(data: dict[str, Any], seasons: Sheet) -> list[tuple[str, list[dict[str, Any]]]]:
    names = seasons.head[1:]
    return [
        (
            line.label,
            [
                {
                    "name": f"{line.label}, {month}",
                    "text": "–" if value is None else f"{value * 100:.0f}",
                    "level": 0 if value is None else max(0, min(8, round((value - 0.4) * 6.6))),
                    "url": line.url,
                    "tip": f"{line.label}, {month}\n{percent(value)}",
                }
                for month, value in zip(names, line.values, strict=True)
            ],
        )
        for line in seasons.lines
        if any(line.values)
    ]


def _growth(months: Sequence[float]) -> tuple[float | None, ...]:
    now, before = sum(months[NOW]), sum(months[BEFORE])
    lately, lately_before = sum(months[LATELY]), sum(months[LATELY_BEFORE])
    return now, share(now - before, before), lately, share(lately - lately_before, lately_before)


def _growth_head() -> tuple[str, ...]:
    return _("12 months"), _("Against the 12 before"), _("3 months"), _("Against last year")


def _grown() -> str:
    return _(
        "Months that are over. The last twelve are compared with the twelve before, the last three with"
        " the same three a year ago, which leaves the season out."
    )


def _name(category: str) -> str:
    return category or _("Without a category")
