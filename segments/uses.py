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

from django.db.models import F, QuerySet, TextField, Value
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
    """Things with a name and a page of their own that stand in `rows`.

    Where the database cannot tell which of them use the segment, `asks` looks into the column `text` of each.
    """

    kind: str | Promise
    page: str
    icon: str
    rows: Callable[[Segment, User], QuerySet[Any]]
    text: str = ""
    asks: Callable[[str, Segment], bool] = lambda text, segment: True
    address: Callable[[int, str], str] | None = None
    most: int = 20


Finder = Callable[[Segment, User], Iterable[Use]]
_finders: list[Finder] = []
_rows: list[Rows] = []


def register(finder: Finder) -> None:
    if finder not in _finders:
        _finders.append(finder)


def register_rows(rows: Rows) -> None:
    _rows.append(rows)


def register_all() -> None:
    register_rows(
        Rows(_("Saved list"), "", "list", _lists, "query", _asks, address=_list_address, most=MOST_LISTS)
    )


def of(segment: Segment, user: User, dependents: Iterable[Segment]) -> list[Use]:
    """`dependents` are the segments that ask about this one."""
    found = [
        Use(_("Segment"), one.name, reverse("segments:detail", args=[one.pk]), "shapes") for one in dependents
    ]
    found += [use for finder in _finders for use in finder(segment, user)]
    return found + [
        Use(one.kind, name, one.address(pk, text) if one.address else reverse(one.page, args=[pk]), one.icon)
        for place, pk, name, text in _named(segment, user)
        for one in [_rows[place]]
        if one.asks(text, segment)
    ]


def _named(segment: Segment, user: User) -> list[tuple[int, int, str, str]]:
    parts = [
        one.rows(segment, user)
        .annotate(place=Value(place), text=F(one.text) if one.text else Value("", TextField()))
        .order_by("-pk")
        .values_list("place", "pk", "name", "text")[: one.most]
        for place, one in enumerate(_rows)
    ]
    first, *others = parts
    return sorted(first.union(*others, all=True), key=lambda one: (one[0], -one[1]))


def _lists(segment: Segment, user: User) -> QuerySet[SavedList]:
    return SavedList.objects.visible_to(user).filter(query__contains="segment")


def _list_address(pk: int, text: str) -> str:
    return f"{reverse('customers:list')}?{SavedList(pk=pk, query=text).address}"


def _asks(text: str, segment: Segment) -> bool:
    query, pk = QueryDict(text), segment.pk
    if str(pk) in query.getlist("segment"):
        return True
    try:
        tree = json.loads(query.get("rule") or "{}")
    except (ValueError, RecursionError):
        return False
    return isinstance(tree, dict) and pk in nesting.based_on(tree)
