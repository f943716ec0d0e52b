"""Rules to start from: what people ask first, and what the RFM page leads to."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from segments.scoring.models import Group


@dataclass(frozen=True)
class Starter:
    key: str
    name: str | Promise
    text: str | Promise
    icon: str
    rules: tuple[dict[str, Any], ...]

    @property
    def tree(self) -> dict[str, Any]:
        return {"match": "all", "rules": list(self.rules)}


def _is(fact: str, *values: str) -> dict[str, Any]:
    return {"fact": fact, "op": "any_of", "value": list(values)}


def _at_least(fact: str, value: int) -> dict[str, Any]:
    return {"fact": fact, "op": "at_least", "value": value}


def _days(fact: str, operator: str, days: int) -> dict[str, Any]:
    return {"fact": fact, "op": operator, "value": days}


STARTERS = (
    Starter(
        "champions",
        _("Champions"),
        _("Bought lately, often and for much."),
        "trophy",
        (_is("scores.group", Group.CHAMPION),),
    ),
    Starter(
        "recent-frequent",
        _("Recent and frequent"),
        _("Recency and frequency scores of 4 or 5."),
        "repeat",
        (_at_least("scores.recency", 4), _at_least("scores.frequency", 4)),
    ),
    Starter(
        "slipping",
        _("High value, slipping away"),
        _("Spent much, but not lately."),
        "trending-down",
        (_at_least("scores.monetary", 4), _is("scores.group", Group.RISK, Group.CANNOT_LOSE)),
    ),
    Starter(
        "new",
        _("New this month"),
        _("First order in the last 30 days."),
        "sparkles",
        (_days("orders.first", "within", 30),),
    ),
    Starter(
        "birthday",
        _("Birthday soon"),
        _("Birthday within the next 14 days."),
        "cake",
        (_days("profile.birthday", "ahead", 14),),
    ),
    Starter(
        "quiet",
        _("Gone quiet"),
        _("At least two orders, none for half a year."),
        "moon",
        (_at_least("orders.orders", 2), _days("orders.last", "beyond", 180)),
    ),
    Starter(
        "no-order",
        _("No order yet"),
        _("With an e-mail address, but nothing bought so far."),
        "mail",
        ({"fact": "orders.orders", "op": "is", "value": 0}, {"fact": "profile.has_email", "op": "yes"}),
    ),
)


def find(key: str, group: str = "") -> Starter | None:
    """The starter `key`, or the one for an RFM group."""
    if group in Group.values:
        return Starter(group, Group(group).label, "", "shapes", (_is("scores.group", group),))
    return next((one for one in STARTERS if one.key == key), None)
