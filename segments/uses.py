"""Where a segment is used. Apps above register what they know in `AppConfig.ready()`:

    uses.register_rows(Rows(_("Campaign"), "campaigns:detail", "megaphone", campaigns_of))
    uses.register(templates_that_ask_for_it)

Either names only what the reader may see. All rows are asked for in one statement; what has to look inside of
something finds for itself.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Value
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.lists.models import SavedList
from segments import nesting
from segments.models import Segment

# Lists somebody saved are looked through one by one.
MOST_LISTS = 500


@dataclass(frozen=True)
class Use:
    kind: str | Promise
    name: str
    url: str
    icon: str


@dataclass(frozen=True)
class Rows:
    """Things with a name and a page of their own that stand in `rows`."""

    kind: str | Promise
    page: str
    icon: str
    rows: Callable[[Segment, User], QuerySet[Any]]


Finder = Callable[[Segment, User], Iterable[Use]]
_finders: list[Finder] = []
_rows: list[Rows] = []
# The newest of each kind; its own list has them all.
MOST = 20


def register(finder: Finder) -> None:
    if finder not in _finders:
        _finders.append(finder)


def register_rows(rows: Rows) -> None:
    _rows.append(rows)


def register_all() -> None:
    register(_segments)
    register(_lists)


def of(segment: Segment, user: User) -> list[Use]:
    found = [use for finder in _finders for use in finder(segment, user)]
    return found + [
        Use(one.kind, name, reverse(one.page, args=[pk]), one.icon)
        for place, pk, name in _named(segment, user)
        for one in [_rows[place]]
    ]


def _named(segment: Segment, user: User) -> list[tuple[int, int, str]]:
    parts = [
        one.rows(segment, user)
        .annotate(place=Value(place))
        .order_by("-pk")
        .values_list("place", "pk", "name")
        for place, one in enumerate(_rows)
    ]
    first, *others = [part[:MOST] for part in parts]
    return sorted(first.union(*others, all=True), key=lambda one: (one[0], -one[1]))


def _segments(segment: Segment, user: User) -> Iterable[Use]:
    found = Segment.objects.visible_to(user).filter(pk__in=nesting.dependents(segment.pk))
    for one in found:
        yield Use(_("Segment"), one.name, reverse("segments:detail", args=[one.pk]), "shapes")


def _lists(segment: Segment, user: User) -> Iterable[Use]:
    for one in SavedList.objects.visible_to(user).filter(query__contains="segment")[:MOST_LISTS]:
        if _asks(QueryDict(one.query), segment.pk):
            yield Use(_("Saved list"), one.name, f"{reverse('customers:list')}?{one.address}", "list")


def _asks(query: QueryDict, pk: int) -> bool:
    if str(pk) in query.getlist("segment"):
        return True
    try:
        tree = json.loads(query.get("rule") or "{}")
    except (ValueError, RecursionError):
        return False
    return isinstance(tree, dict) and pk in nesting.based_on(tree)
