"""What the screens ask: who belongs together, what comes next, what changed since somebody decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.lib.paging import cursor_at, keyset
from customers.matching.models import Pair, PairQuerySet
from customers.merging.models import Apart, Merge
from customers.models import Customer
from customers.record import fields
from customers.record.models import Change

ORDER = "-bits"
# More are not joined at once: nobody could look at them.
MOST = 10
MOST_CHANGES = 8
MOST_MERGES = 30
NEXT, PREVIOUS = "next", "previous"


class Tab(models.TextChoices):
    OPEN = "list", _("To decide")
    PATTERNS = "patterns", _("Many at once")
    DECIDED = "decided", _("Decided")
    RUNS = "runs", _("Matching runs")
    SETTINGS = "settings", _("Settings")


NEEDS = {Tab.PATTERNS: "edit", Tab.RUNS: "configure", Tab.SETTINGS: "configure"}


@dataclass(frozen=True)
class Earlier:
    """Somebody said before that the two are not the same; this changed since."""

    by: User | None
    at: datetime
    changes: list[tuple[str, str, str, str]]


def tabs(user: User, current: Tab) -> list[tuple[str, str, bool]]:
    """Address, name and whether it is the one that is open."""
    return [
        (f"duplicates:{one.value}", str(one.label), one is current)
        for one in Tab
        if user.may("duplicate", NEEDS.get(one, "view"))
    ]


def by_people() -> PairQuerySet:
    """Pairs that somebody decided; what was joined by itself proves nothing."""
    return Pair.objects.exclude(state=Pair.State.OPEN).exclude(decided_by=None)


def latest_merges(user: User) -> list[Merge]:
    rows = Merge.objects.visible_to(user).select_related("survivor", "absorbed", "by")
    # In the order of their keys, which is that of time and has an index.
    return list(rows.order_by("-pk")[:MOST_MERGES])


def beside(rows: PairQuerySet, pair: Pair, step: str) -> Pair | None:
    """The open pair that follows this one, or comes before it, in the list that `rows` are."""
    cursor = cursor_at(pair, ORDER, backwards=step == PREVIOUS)
    found = keyset(rows.open(), ORDER, cursor, size=1).rows
    return found[0] if found else None


def group_of(pair: Pair, user: User) -> list[int]:
    """The customers of this pair, and whoever is an open pair with one of them; nearest first."""
    open_pairs = Pair.objects.visible_to(user).open().filter(is_vetoed=False)
    found = [pair.low_id, pair.high_id]
    edge = list(found)
    while edge and len(found) < MOST:
        rows = open_pairs.filter(Q(low__in=edge) | Q(high__in=edge)).best_first()[: 4 * MOST]
        ends = (pk for row in rows for pk in (row.low_id, row.high_id))
        edge = [pk for pk in dict.fromkeys(ends) if pk not in found]
        found += edge
    return found[:MOST]


def pairs_among(customers: Sequence[int]) -> PairQuerySet:
    return Pair.objects.filter(low__in=customers, high__in=customers)


def of_customer(customer: Customer, user: User) -> PairQuerySet:
    return to_decide(user).filter(Q(low=customer) | Q(high=customer))


def to_decide(user: User) -> PairQuerySet:
    """Without what contradicts: that is on the list for whoever asks for it."""
    return Pair.objects.visible_to(user).open().filter(is_vetoed=False)


def earlier(pair: Pair, user: User) -> Earlier | None:
    """What was said of these two before, and what changed since, as far as `user` may see it."""
    said = Apart.objects.filter(
        Q(one=pair.low_id, other=pair.high_id) | Q(one=pair.high_id, other=pair.low_id)
    )
    last = said.select_related("by").order_by("-at").first()
    if last is None:
        return None
    rows = Change.objects.visible_to(user).filter(customer__in=[pair.low_id, pair.high_id], at__gt=last.at)
    rows = rows.exclude(field__in=fields.HANDED_OVER).select_related("customer").order_by("-at")
    changes = list(rows[:MOST_CHANGES])
    names = fields.names_of([(one.field, value) for one in changes for value in (one.old, one.new)], user)
    told = [
        (
            one.customer.name,
            str(fields.label(one.field)),
            fields.show(one.field, one.old, names),
            fields.show(one.field, one.new, names),
        )
        for one in changes
    ]
    return Earlier(last.by, last.at, told)
