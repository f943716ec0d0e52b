"""The tiles of the overview: each indicator with its change, what it means and the customers behind it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.desk.insights import overview
from crm.desk.insights.drills import by_rule, link
from crm.desk.insights.sheets import Indicator, decimal, money, month_name, percent, share, whole
from segments.scoring.models import Stage

# Fewer ratings say nothing of everybody.
FEWEST_RATINGS = 5
YEAR = overview.MONTHS


def shown(data: dict[str, Any]) -> list[Indicator]:
    return [*_bonds(data), *_worths(data)]


def _bonds(data: dict[str, Any]) -> list[Indicator]:
    """How content people are, and whether they stay."""
    return [_satisfaction(data), _loyalty(data), _repeat(data), _lapse(data)]


def _satisfaction(data: dict[str, Any]) -> Indicator:
    (good, number, total), (good_before, number_before, _total) = data["content"]
    return Indicator(
        "satisfaction",
        _("Satisfaction"),
        _("The share of ratings with 4 or 5 stars in the last 90 days. Below 5 ratings nothing is shown."),
        share(good, number) if number >= FEWEST_RATINGS else None,
        share(good_before, number_before) if number_before >= FEWEST_RATINGS else None,
        percent,
        [good / number for _month, good, number, _sum in data["rated"] if number],
        link("rated", overview.RATED_DAYS),
        _("%(number)s ratings, %(mean)s on average")
        % {"number": whole(number), "mean": decimal(total / number)}
        if number
        else _("Nobody has rated us lately."),
        is_share=True,
    )


def _loyalty(data: dict[str, Any]) -> Indicator:
    buyers, before = sum(data["stages"].values()), data["stages_before"]
    loyal = data["stages"][Stage.LOYAL]
    return Indicator(
        "loyalty",
        _("Loyal customers"),
        _(
            "The share of all buyers who are in the stage “Loyal” of the last scoring: orders on at least"
            " %(days)d days, and none too long ago. Compared with the scoring 90 days before."
        )
        % {"days": data["loyal_from"]},
        share(loyal, buyers),
        share(before.get(Stage.LOYAL, 0), sum(before.values())),
        percent,
        url=f"{reverse('customers:list')}?stage=loyal",
        note=_("%(number)s of %(all)s buyers") % {"number": whole(loyal), "all": whole(buyers)},
        is_share=True,
    )


def _repeat(data: dict[str, Any]) -> Indicator:
    (buyers, repeaters), (buyers_before, repeaters_before) = data["repeat"]
    return Indicator(
        "repeat",
        _("Repeat buyers"),
        _("The share of all buyers with orders on two days or more. Compared with 90 days ago."),
        share(repeaters, buyers),
        share(repeaters_before, buyers_before),
        percent,
        url=by_rule(("orders.days", "at_least", "2")),
        note=_("%(number)s of %(all)s buyers") % {"number": whole(repeaters), "all": whole(buyers)},
        is_share=True,
    )


def _lapse(data: dict[str, Any]) -> Indicator:
    rates = [(month, active, lapsed, share(lapsed, active)) for month, active, lapsed in data["churn"]]
    month, _active, lapsed, rate = rates[-1]
    return Indicator(
        "churn",
        _("Churn, a month"),
        lapse_about(data),
        rate,
        rates[-2][3],
        percent,
        [one[3] or 0 for one in rates[1:]],
        link("lapsed", month[:7], data["lapse"]),
        _("%(number)s lapsed in %(month)s") % {"number": whole(lapsed), "month": month_name(month)},
        falls=True,
        is_share=True,
    )


def lapse_about(data: dict[str, Any]) -> str:
    return _(
        "Of those who were customers when the month began, the share whose last order became more than"
        " %(days)d days old in it. That is when the rules of the stages call them dormant."
    ) % {"days": data["lapse"]}


def _worths(data: dict[str, Any]) -> list[Indicator]:
    """What customers are worth, and where one meets them."""
    return [_again(data), _value(data), _year(data), _touches(data)]


def _again(data: dict[str, Any]) -> Indicator:
    """How many who came for the first time came back."""
    within, (firsts, came), (firsts_before, came_before) = data["again"][0]
    return Indicator(
        "again",
        _("Bought again within %(days)d days") % {"days": within},
        again_about(),
        share(came, firsts),
        share(came_before, firsts_before),
        percent,
        url=link("again", within),
        note=_("%(number)s of %(all)s new buyers") % {"number": whole(came), "all": whole(firsts)},
        is_share=True,
    )


def _value(data: dict[str, Any]) -> Indicator:
    """What a customer brings in a year."""
    net, _orders, customers = data["value"]
    net_before, _orders_before, customers_before = data["value_before"]
    return Indicator(
        "value",
        _("Value of a customer, a year"),
        _("What those who bought in the last 365 days spent in them, on average. Net of refunds."),
        share(net, customers),
        share(net_before, customers_before),
        money,
        [share(net, number) or 0 for _month, net, _orders, number in data["months"][YEAR:-1]],
        link("bought", 365),
        _("%(number)s customers bought") % {"number": whole(customers)},
    )


def _year(data: dict[str, Any]) -> Indicator:
    """What all of them bring in a year."""
    net, orders, _customers = data["value"]
    net_before = data["value_before"][0]
    sales = [net for _month, net, *_rest in data["months"][YEAR:]]
    return Indicator(
        "sales",
        _("Sales, a year"),
        _("All orders of the last 365 days that were not cancelled, net of refunds, in our currency."),
        net,
        net_before,
        money,
        sales[:-1],
        link("bought", 365),
        _("%(number)s orders") % {"number": whole(orders)},
    )


def _touches(data: dict[str, Any]) -> Indicator:
    """Where one met them."""
    touches = sum(now for _channel, now, _before in data["channels"])
    return Indicator(
        "touches",
        _("Touches, 30 days"),
        _("All messages, calls, visits and orders on every channel; internal notes are not counted."),
        touches,
        sum(before for _channel, _now, before in data["channels"]),
        whole,
        [number for _day, number in data["touched"]],
        link("touched", 30),
    )


def again_about() -> str:
    return _(
        "Of those whose first order lies so long ago that they had all these days to come back, and at most a"
        " year longer: the share with an order on another day within them. Compared with a year before."
    )
