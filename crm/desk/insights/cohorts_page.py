"""The retention page: a heat map of months, and the curve that all cohorts make together."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.desk.insights.drills import link
from crm.desk.insights.ground import months_on
from crm.desk.insights.sheets import Line, Number, Sheet, money, month_name, percent, share, whole
from crm.lib import charts

# So many rows and columns fit on a screen; the file has all.
SHOWN = 12


def show(data: dict[str, Any], asked: Mapping[str, str]) -> tuple[list[Sheet], dict[str, Any]]:
    by_money = asked.get("show") == "money"
    sheets = [_shares(data), _money(data), _curve(data)]
    return sheets, {
        "by_money": by_money,
        "heat": _heat(data, by_money=by_money),
        "columns": [str(since) for since in range(SHOWN + 1)],
        "buyers": sum(size for _first, size, _cells in data["cohorts"][-SHOWN:]),
        "map": sheets[1] if by_money else sheets[0],
    }


def _heat(data: dict[str, Any], *, by_money: bool) -> list[tuple[str, str, str, list[dict[str, Any]]]]:
    """(month, its size, its address, its cells); the newest month at the bottom, as time goes."""
    rows = [row for row in data["cohorts"][-SHOWN - 1 :] if row[1]]
    # The first month is everybody: it would leave no colours for the others.
    worths = [_worth(cell, size, by_money) for _month, size, cells in rows for cell in cells[1 : SHOWN + 1]]
    span = (min(worths, default=0), max(worths, default=0))
    return [
        (
            month_name(first),
            whole(size),
            link("cohort", first[:7]),
            [_cell(first, since, size, cells, span, by_money) for since in range(min(len(cells), SHOWN + 1))],
        )
        for first, size, cells in rows
    ]


def _cell(
    first: str, since: int, size: int, cells: list[list[float]], span: tuple[float, float], by_money: bool
) -> dict[str, Any]:
    customers, net = cells[since]
    worth = _worth(cells[since], size, by_money)
    month = months_on(date.fromisoformat(first), since)
    is_running = since == len(cells) - 1
    tip = [
        _("First bought in %(first)s, month %(number)d (%(month)s)")
        % {"first": first[:7], "number": since, "month": month_name(month.isoformat())},
        _("%(number)s of %(all)s bought: %(share)s")
        % {"number": whole(customers), "all": whole(size), "share": percent(share(customers, size))},
        _("They spent %(money)s, %(each)s for each of all")
        % {"money": money(net), "each": money(share(net, size))},
    ]
    if is_running:
        tip.append(_("This month is not over yet."))
    return {
        "level": _level(worth, *span) if since else 0,
        "text": charts.short(worth) if by_money else f"{worth * 100:.0f}%",
        "tip": "\n".join(tip),
        "name": f"{month_name(first)} + {since}",
        "url": link("cohort", first[:7], since),
        "is_running": is_running,
    }


def _level(worth: float, low: float, high: float) -> int:
    """Even steps between the lowest and the highest: shares of one page lie close together."""
    if not worth:
        return 0
    return 1 + round((worth - low) / (high - low) * 7) if high > low else 4


def _worth(cell: list[float], size: int, by_money: bool) -> float:
    return (cell[1 if by_money else 0] / size) if size else 0


def _shares(data: dict[str, Any]) -> Sheet:
    return _sheet(
        "shares",
        _("Who came back, month by month"),
        _(
            "Each row is everybody whose first order was in that month; each cell the share of them who"
            " bought in the month so many months later. Month 0 is the one of the first order."
        ),
        data,
        by_money=False,
    )


def _money(data: dict[str, Any]) -> Sheet:
    return _sheet(
        "money",
        _("What cohorts spent, month by month"),
        _(
            "Each row is everybody whose first order was in that month; each cell what they spent in the"
            " month so many months later, divided by all of them. Net of refunds, in our currency."
        ),
        data,
        by_money=True,
    )


def _sheet(key: str, title: str, about: str, data: dict[str, Any], *, by_money: bool) -> Sheet:
    cohorts = data["cohorts"]
    width = len(cohorts)

    def values(size: int, cells: list[list[float]]) -> tuple[Number, ...]:
        found: list[Number] = [_worth(cell, size, by_money) if size else None for cell in cells]
        return (size, *found, *[None] * (width - len(cells)))

    lines = tuple(
        Line(month_name(first), values(size, cells), link("cohort", first[:7]))
        for first, size, cells in cohorts
    )
    head = (_("First order in"), pgettext("cohort", "Customers"), *(str(since) for since in range(width)))
    form = money if by_money else percent
    return Sheet(key, title, about, head, (whole, *[form] * width), lines)


def _curve(data: dict[str, Any]) -> Sheet:
    """All cohorts together, each as far as its months are over."""
    cohorts = data["cohorts"]
    lines = []
    for since in range(1, len(cohorts) - 1):
        # The last cell of every cohort is the month that is running.
        ended = [(size, cells[since]) for _first, size, cells in cohorts if len(cells) - 1 > since]
        size = sum(one for one, _cell in ended)
        customers, net = (sum(cell[place] for _size, cell in ended) for place in (0, 1))
        lines.append(
            Line(
                _("Month %(number)d") % {"number": since},
                (size, customers, share(customers, size), share(net, size)),
            )
        )
    shown = lines[:SHOWN]
    picture = charts.line(
        _("All cohorts together"),
        [line.label for line in shown],
        [charts.Series(_("Bought"), [(line.values[2] or 0) * 100 for line in shown], 1)],
        height=200,
        fmt=lambda value: f"{value:.1f}%",
        unit="%",
    )
    return Sheet(
        "curve",
        _("All cohorts together"),
        _("Of all customers who have had that month: the share who bought in it, and what each spent."),
        (_("Month since the first order"), _("Customers"), _("Bought"), _("Share"), _("Money for each")),
        (whole, whole, percent, money),
        tuple(lines),
        picture,
    )
