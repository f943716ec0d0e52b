"""Where a segment is used. Apps above register what they know in `AppConfig.ready()`:

    uses.register(campaigns_of)

A finder names only what the reader may see.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

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


Finder = Callable[[Segment, User], Iterable[Use]]
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    if finder not in _finders:
        _finders.append(finder)


def register_all() -> None:
    register(_segments)
    register(_lists)


def of(segment: Segment, user: User) -> list[Use]:
    return [use for finder in _finders for use in finder(segment, user)]


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
