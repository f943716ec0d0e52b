"""The page of a segment: its rule in words, and its members as far as the reader may see them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.accounts.policy import Scope
from crm.lib.charts import Chart, Part, donut
from crm.lib.keeping import kept
from crm.lib.templatetags.ui import thousands
from customers.models import Customer, CustomerQuerySet
from segments import rules, trends, words
from segments.latest import latest
from segments.models import Segment
from segments.scoring.groups import TONES
from segments.scoring.models import Group
from segments.scoring.report import customers_with

SAMPLE = 8
# Seconds that the figures of a colleague who sees a part are kept.
KEPT = 15 * 60


@dataclass(frozen=True)
class Figures:
    """`customers` and `money` are of the members that the reader may see."""

    customers: int
    money: Decimal
    groups: dict[str, int]
    is_part: bool

    @property
    def average(self) -> Decimal:
        return self.money / self.customers if self.customers else Decimal(0)


def page(segment: Segment, user: User) -> dict[str, Any]:
    found = figures(segment, user)
    members = members_seen_by(user, segment)
    problem, clause = "", None
    try:
        clause = words.tell(rules.parse(segment.rule))
    except rules.InvalidRule as error:
        problem = str(error)
    return {
        "segment": segment,
        "clause": clause,
        "problem": problem,
        "figures": found,
        "note": _note(segment, found),
        "change": _change(segment),
        "share": None if found.is_part else trends.share_of_revenue(segment),
        "groups": group_chart(found),
        "members": latest(members, found.customers, SAMPLE, "score", "rollup"),
        "members_url": customers_with(segment=segment.pk),
        "currency": settings.DEFAULT_CURRENCY,
        **trends.parts(segment, user),
    }


def figures(segment: Segment, user: User) -> Figures:
    if user.scope("customer", "view") is Scope.ALL:
        stored = segment.summary
        groups = {group: customers for group, (customers, _money) in stored.get("groups", {}).items()}
        return Figures(segment.size or 0, Decimal(stored.get("money", 0)), groups, is_part=False)
    counted = segment.refreshed_at.timestamp() if segment.refreshed_at else 0
    key = f"segment:{segment.pk}:{counted}:{user.reach('customer')}"
    found = kept(key, KEPT, lambda: _seen_by(user, segment))
    return Figures(
        customers=sum(customers for _group, customers, _money in found),
        money=sum((money for _group, _customers, money in found), Decimal(0)),
        groups={group: customers for group, customers, _money in found},
        is_part=True,
    )


def _seen_by(user: User, segment: Segment) -> list[tuple[str, int, Decimal]]:
    """Customers and money per RFM group: plain values, which the next version of this code can still read."""
    rows = (
        members_seen_by(user, segment)
        .values_list("score__group")
        .annotate(Count("pk"), Sum("rollup__total"))
        .order_by()
    )
    return [(group or "", customers, money or Decimal(0)) for group, customers, money in rows]


def members_seen_by(user: User, segment: Segment) -> CustomerQuerySet:
    """The stored members, as far as `user` may see them."""
    return Customer.objects.visible_to(user).filter(memberships__segment=segment)


def _note(segment: Segment, found: Figures) -> str:
    if not found.is_part:
        return ""
    return _("whom you may see, of %(number)s") % {"number": thousands(segment.size)}


def _change(segment: Segment) -> str:
    entered, left = segment.summary.get("entered", 0), segment.summary.get("left", 0)
    if not entered and not left:
        return _("no change")
    return _("+%(entered)s −%(left)s") % {"entered": thousands(entered), "left": thousands(left)}


def group_chart(found: Figures) -> Chart:
    parts = [
        Part(str(group.label), found.groups.get(group, 0), TONES[group], customers_with(group=group.value))
        for group in Group
        if found.groups.get(group)
    ]
    if unscored := found.groups.get("", 0):
        parts.append(Part(_("Without a score"), unscored, 6))
    return donut(_("RFM groups"), parts, unit=_("customers"))
