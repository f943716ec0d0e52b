"""What the search box finds, registered in `AppConfig.ready()`:

    finding.register(Finder("cases", _("Cases"), find, ("case", "view"), "cases:detail", named))

`find(user, text, limit)` gives the best hits for a text, at most `limit`, within a few milliseconds and only
what `user` may see. `page` is the address of one such record and `named(user, pks)` gives the hits for some
of them: so records that were opened lately are offered before anything is typed.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from crm.accounts.models import User


@dataclass(frozen=True)
class Hit:
    """One line of the results. Without an icon the title's initials stand before it."""

    pk: int
    title: str
    detail: str
    url: str
    icon: str = ""


@dataclass(frozen=True)
class Finder:
    key: str
    label: str | Promise
    find: Callable[["User", str, int], Sequence[Hit]]
    needs: tuple[str, str]
    page: str = ""
    named: Callable[["User", Collection[int]], Sequence[Hit]] | None = None
    most: int = 4
    order: int = 100


_finders: dict[str, Finder] = {}


def register(finder: Finder) -> None:
    _finders[finder.key] = finder


def all_for(user: "User") -> list[Finder]:
    shown = (one for one in _finders.values() if user.may(*one.needs))
    return sorted(shown, key=lambda one: (one.order, one.key))
