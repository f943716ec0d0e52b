"""The page of distributions: histograms, and the map of the provinces."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from crm.desk.insights import provinces, spread
from crm.desk.insights.drills import by_rule, link
from crm.desk.insights.sheets import Line, Sheet, money, percent, share, whole
from crm.lib import charts
from customers.record.fields import country_name
from segments.facts import zone

Edges = tuple[int, ...]


def show(data: dict[str, Any], asked: Mapping[str, str]) -> tuple[list[Sheet], dict[str, Any]]:
    by_money = asked.get("show") == "money"
    home, abroad = _home(data), _abroad(data)
    sheets = [_amounts(data), _totals(data), _counts(data), _ages(data), home, abroad]
    people = sum(row[0] for row in data["provinces"].values())
    return sheets, {
        "by_money": by_money,
        "map": _map(data, by_money=by_money),
        "home": home,
        "abroad": abroad,
        "people": whole(people),
        "unknown": whole(data["unknown"][0]) if data["unknown"][0] else "",
        "unknown_url": link("place", "none"),
    }


def _amounts(data: dict[str, Any]) -> Sheet:
    edges = spread.AMOUNTS
    urls = [link("amount", low, high) for low, high in _ends(edges)]
    return _histogram(
        "amounts",
        _("What an order is worth"),
        _("Orders of the last 365 days by their amount, net of refunds, in our currency."),
        (_("Amount"), _("Orders"), _("Share"), _("Money"), _("Share of money")),
        data["amounts"],
        [_money_class(low, high) for low, high in _ends(edges)],
        urls,
        tone=1,
    )


def _totals(data: dict[str, Any]) -> Sheet:
    ends = list(_ends(spread.TOTALS))
    return _histogram(
        "totals",
        _("What customers spent so far"),
        _("Everybody with an order, by all they ever spent. Net of refunds, in our currency."),
        (_("Spent"), _("Customers"), _("Share"), _("Money"), _("Share of money")),
        data["totals"],
        [_money_class(low, high) for low, high in ends],
        [_rule_between("orders.total", low, f"{high - 1}.99" if high else None) for low, high in ends],
        tone=2,
    )


def _counts(data: dict[str, Any]) -> Sheet:
    ends = list(_ends(spread.COUNTS))
    return _histogram(
        "counts",
        _("How often customers bought"),
        _("Everybody with an order, by the number of their orders."),
        (_("Orders"), _("Customers"), _("Share"), _("Money"), _("Share of money")),
        data["counts"],
        [_number_class(low, high) for low, high in ends],
        [_rule_between("orders.orders", low, high - 1 if high else None) for low, high in ends],
        tone=4,
    )


def _ages(data: dict[str, Any]) -> Sheet:
    ends = list(_ends(spread.AGES))
    today = datetime.fromisoformat(data["as_of"]).astimezone(zone()).date()
    return _histogram(
        "ages",
        _("How long ago they last bought"),
        _("Everybody with an order, by the days since the last one. An order dated ahead counts as today's."),
        (_("Days"), _("Customers"), _("Share"), _("Money"), _("Share of money")),
        data["ages"],
        [_number_class(low, high) for low, high in ends],
        [_rule_of_days(today, low, high) for low, high in ends],
        tone=3,
    )


def _histogram(
    key: str,
    title: str,
    about: str,
    head: tuple[str, ...],
    rows: list[list[float]],
    labels: Sequence[str],
    urls: Sequence[str],
    *,
    tone: int,
) -> Sheet:
    number, net = (sum(row[place] for row in rows) for place in (0, 1))
    lines = tuple(
        Line(name, (row[0], share(row[0], number), row[1], share(row[1], net)), url)
        for name, row, url in zip(labels, rows, urls, strict=True)
    )
    series = [charts.Series(head[1], [row[0] for row in rows], tone)]
    picture = charts.stacked(title, list(labels), series, height=200, urls=list(urls)) if number else None
    return Sheet(key, title, about, head, (whole, percent, money, percent), lines, picture)


def _map(data: dict[str, Any], *, by_money: bool) -> list[dict[str, Any]]:
    """The squares, from north to south and west to east."""
    place = 2 if by_money else 0
    top = max(row[place] for row in data["provinces"].values())
    return [
        {
            "name": province.name,
            "column": province.column,
            "row": province.row,
            "level": charts.level(row[place], top),
            "text": charts.short(row[place]),
            "url": link("place", code),
            "tip": "\n".join(
                (
                    province.name,
                    _("Customers: %(number)s") % {"number": whole(row[0])},
                    _("With orders: %(number)s") % {"number": whole(row[1])},
                    _("Spent together: %(amount)s") % {"amount": money(row[2])},
                )
            ),
        }
        for code, province in provinces.PROVINCES.items()
        for row in [data["provinces"][code]]
    ]


def _home(data: dict[str, Any]) -> Sheet:
    found = data["provinces"]
    order = sorted(found, key=lambda code: (-found[code][0], code))
    lines = [_place(provinces.PROVINCES[code].name, found[code], link("place", code)) for code in order]
    if data["unknown"][0]:
        lines.append(_place(_("Province unknown"), data["unknown"], link("place", "none")))
    return Sheet(
        "provinces",
        _("Provinces"),
        _("Customers by the province of their address. Money is all they ever spent, in our currency."),
        (_("Province"), *_numbers()),
        (whole, whole, money, money),
        tuple(lines),
    )


def _abroad(data: dict[str, Any]) -> Sheet:
    lines = [
        _place(country_name(country), row, link("place", country.lower()) if country.isalpha() else "")
        for country, *row in data["countries"]
    ]
    if data["other_countries"][0]:
        lines.append(_place(_("Other countries"), data["other_countries"], ""))
    return Sheet(
        "countries",
        _("Other countries and regions"),
        _("Customers by the country of their address; money is all they ever spent, in our currency."),
        (_("Country"), *_numbers()),
        (whole, whole, money, money),
        tuple(lines),
        is_open=True,
    )


def _place(name: str, row: Sequence[float], url: str) -> Line:
    customers, buyers, net = row
    return Line(name, (customers, buyers, net, share(net, buyers)), url)


def _numbers() -> tuple[str, ...]:
    return _("Customers"), _("With orders"), _("Spent"), _("Each buyer")


def _ends(edges: Edges) -> list[tuple[int, int | None]]:
    return list(zip(edges, (*edges[1:], None), strict=True))


def _money_class(low: int, high: int | None) -> str:
    return f"{charts.short(low)}–{charts.short(high)}" if high else f"{charts.short(low)}+"


def _number_class(low: int, high: int | None) -> str:
    if high is None:
        return f"{low}+"
    return str(low) if high == low + 1 else f"{low}–{high - 1}"


def _rule_between(fact: str, low: Any, high: Any) -> str:
    if high is None:
        return by_rule((fact, "at_least", str(low)))
    # Nobody without an order has spent nothing.
    buyers = [] if low else [("orders.orders", "at_least", "1")]
    return by_rule((fact, "between", [str(low), str(high)]), *buyers)


def _rule_of_days(today: date, low: int, high: int | None) -> str:
    newest = (today - timedelta(days=low)).isoformat()
    if high is None:
        return by_rule(("orders.last", "until", newest))
    if not low:
        return by_rule(("orders.last", "since", (today - timedelta(days=high - 1)).isoformat()))
    return by_rule(("orders.last", "between", [(today - timedelta(days=high - 1)).isoformat(), newest]))
