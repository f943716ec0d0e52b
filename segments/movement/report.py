"""What the page on movement shows: counts turned into streams, rows and sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from crm.accounts.models import User
from crm.lib import charts
from crm.lib.streams import Node, Stream, sankey
from crm.lib.templatetags.ui import rounded_money, thousands
from segments import narrowing, rules
from segments.movement import alerting
from segments.movement.alerting import Alert
from segments.movement.flows import Between, Flows
from segments.movement.models import Change, Kind
from segments.scoring import lifecycle, policies
from segments.scoring.models import ScoringRun, Stage
from segments.scoring.trials import Place, places

# Where each score stands in a number such as 545, and how it is told.
DIMENSIONS = (
    (100, gettext_lazy("Recency %(before)d → %(after)d")),
    (10, gettext_lazy("Frequency %(before)d → %(after)d")),
    (1, gettext_lazy("Money %(before)d → %(after)d")),
)


@dataclass(frozen=True)
class Flow:
    before: Place
    after: Place
    customers: int
    money: Decimal
    url: str

    @property
    def stays(self) -> bool:
        return self.before.key == self.after.key


@dataclass(frozen=True)
class Shown:
    """An alert as a sentence, with where it leads."""

    alert: Alert
    text: str
    url: str


def sides(kind: Kind) -> tuple[dict[str, Place], dict[str, Place]]:
    return (
        places(kind, pgettext("movement", "No order yet")),
        places(kind, pgettext("movement", "No longer there")),
    )


def flows_of(found: Flows, kind: Kind, between: Between) -> list[Flow]:
    """The most customers first."""
    before, after = sides(kind)
    made = [
        Flow(before[old], after[new], customers, Decimal(money), _url(kind, between, old, new))
        for old, new, customers, money in found.get(kind, [])
    ]
    return sorted(made, key=lambda one: -one.customers)


def chart(flows: Sequence[Flow], kind: Kind, *, by_money: bool) -> SafeString:
    streams = [
        Stream(
            _node(one.before),
            _node(one.after),
            float(one.money) if by_money else one.customers,
            _tip(one),
            one.url,
        )
        for one in flows
    ]
    order = list(sides(kind)[0])
    return sankey(
        _("Who moved from where to where"), streams, order, fmt=charts.short if by_money else charts.number
    )


def totals(flows: Sequence[Flow], kind: Kind) -> dict[str, Any]:
    moved = [one for one in flows if not one.stays]
    back = [one for one in moved if one.after.key == Stage.WON_BACK]
    watched = [one for one in moved if alerting.is_watched(kind, one.before.key, one.after.key)]
    slipped = [one for one in watched if one not in back]
    return {
        "moved": sum(one.customers for one in moved),
        "slipped": sum(one.customers for one in slipped),
        "at_stake": sum((one.money for one in slipped), Decimal(0)),
        "back": sum(one.customers for one in back),
    }


def shown_alerts(user: User) -> list[Shown]:
    return [Shown(one, sentence(one), list_url(one)) for one in alerting.seen_by(user)]


def sentence(alert: Alert) -> str:
    before, after = sides(alert.kind)
    named = {
        "number": thousands(alert.customers),
        "before": before[alert.before].label,
        "after": after[alert.after].label,
    }
    if alert.is_good:
        text = ngettext(
            "%(number)s customer was won back this week: %(before)s until then",
            "%(number)s customers were won back this week: %(before)s until then",
            alert.customers,
        )
    else:
        text = ngettext(
            "%(number)s customer slipped from “%(before)s” to “%(after)s” this week",
            "%(number)s customers slipped from “%(before)s” to “%(after)s” this week",
            alert.customers,
        )
    return text % named


def segment_name(alert: Alert, day: date) -> str:
    before, after = sides(alert.kind)
    return f"{before[alert.before].label} → {after[alert.after].label} · {day:%Y-%m-%d}"


def list_url(alert: Alert) -> str:
    """The customers of an alert, in the customer list."""
    return f"{reverse('customers:list')}?{urlencode({'rule': narrowing.written(rules.parse(alert.rule))})}"


def month_name(month: date) -> str:
    return date_format(month, "YEAR_MONTH_FORMAT")


def reason(change: Change, runs: dict[int, ScoringRun]) -> str:
    """Why somebody moved: the rule of the stage, or which scores are others."""
    if change.kind == Kind.STAGE:
        run = runs.get(change.run_id or 0)
        if run and run.params.get("cycles"):
            return _("By the purchase cycle of their category.")
        return lifecycle.reason(change.after, policies.of(run))
    if change.scores_before is None:
        return ""
    moved = [
        text % {"before": old, "after": new}
        for size, text in DIMENSIONS
        if (old := change.scores_before // size % 10) != (new := change.scores_after // size % 10)
    ]
    return " · ".join(map(str, moved))


def _url(kind: Kind, between: Between, before: str, after: str) -> str:
    asked = {"by": kind.value, "since": between.since.isoformat(), "before": before, "after": after}
    if between.until:
        asked["until"] = between.until.isoformat()
    return f"{reverse('movement:flow')}?{urlencode(asked)}"


def _node(place: Place) -> Node:
    return Node(place.key, place.label, place.tone)


def _tip(flow: Flow) -> str:
    return "\n".join(
        (
            f"{flow.before.label} → {flow.after.label}",
            _("Customers: %(number)s") % {"number": thousands(flow.customers)},
            _("Spent together: %(amount)s")
            % {"amount": rounded_money(flow.money, settings.DEFAULT_CURRENCY)},
        )
    )
