"""How a segment developed and what it has in common with others, on its page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.lib.charts import Chart, Series, line
from segments import history, nesting, uses
from segments.models import MEMBER, Segment

SHOWN_DAYS = 180


@dataclass(frozen=True)
class Shared:
    """Another segment, and how many customers are in both; `share` of this one's, in percent."""

    segment: Segment
    number: int
    share: int
    url: str


def parts(segment: Segment, user: User) -> dict[str, Any]:
    counted = segment.overlap.get("at")
    others = _others(segment, user)
    return {
        "sizes": size_chart(segment),
        "overlap": overlap(segment, others),
        "overlap_at": datetime.fromisoformat(counted) if counted else None,
        "uses": uses.of(segment, user, [one for one, builds_on_it in others.values() if builds_on_it]),
    }


def _others(segment: Segment, user: User) -> dict[int, tuple[Segment, bool]]:
    """Those that share customers with it or build on it, and whether they do the latter."""
    builds_on_it = nesting.asks_about(segment.pk)
    rows = Segment.objects.visible_to(user).filter(Q(pk__in=_numbers(segment)) | builds_on_it)
    return {one.pk: (one, getattr(one, "asks", False)) for one in rows.annotate(asks=builds_on_it)}


def size_chart(segment: Segment) -> Chart:
    found = history.days(segment, SHOWN_DAYS)
    sizes = Series(_("Customers"), [one.size for one in found])
    address = reverse("segments:crossings", args=[segment.pk])
    labels = [f"{one.day:%m-%d}" for one in found]
    urls = [address] * len(found)
    return line(_("Size over time"), labels, [sizes], height=260, urls=urls)


def overlap(segment: Segment, others: Mapping[int, tuple[Segment, bool]]) -> Sequence[Shared]:
    return [
        Shared(others[pk][0], number, round(100 * number / segment.size), _both(segment.pk, pk))
        for pk, number in _numbers(segment).items()
        if pk in others and segment.size
    ]


def _numbers(segment: Segment) -> dict[int, int]:
    """How many customers it has in common with which."""
    return dict(segment.overlap.get("with", ()))


def _both(one: int, other: int) -> str:
    """The customer list of those who are in both."""
    rule = {
        "match": "all",
        "rules": [{"fact": MEMBER, "op": "any_of", "value": [pk]} for pk in (one, other)],
    }
    return f"{reverse('customers:list')}?{urlencode({'rule': json.dumps(rule, separators=(',', ':'))})}"


def share_of_revenue(segment: Segment) -> Decimal | None:
    """In percent; None before the first count."""
    revenue = Decimal(segment.summary.get("revenue", 0))
    return 100 * Decimal(segment.summary.get("money", 0)) / revenue if revenue > 0 else None
