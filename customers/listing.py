"""What the customer list shows: views, filters, sorting and chips, all read from the address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from crm.accounts.models import User
from crm.accounts.policy import Scope
from crm.lib.errors import BadInput
from crm.lib.paging import Page, keyset
from customers import columns, search
from customers.columns import Column, ListFilter
from customers.models import Customer, CustomerQuerySet
from customers.services import AT_ONCE

ACTIVE_DAYS = 30
# Counting stops here: nobody reads further, and the database need not either.
MOST_COUNTED = 10_000
NEWEST_FIRST = "-activity"
SORTS = {"activity": "touched_at", "name": "name", "total": "rollup__total", "added": "id"}


@dataclass(frozen=True)
class View:
    """A tab above the list."""

    label: str | Promise
    narrow: Callable[[CustomerQuerySet, User], CustomerQuerySet]
    # Who sees only their own customers has no use for some tabs.
    least_scope: Scope = Scope.OWN


def active(rows: CustomerQuerySet, user: User) -> CustomerQuerySet:
    return rows.filter(touched_at__gte=timezone.now() - timedelta(days=ACTIVE_DAYS))


VIEWS: dict[str, View] = {
    "": View(gettext_lazy("All customers"), lambda rows, user: rows),
    "mine": View(gettext_lazy("My customers"), lambda rows, user: rows.filter(owner=user), Scope.TEAM),
    "active": View(pgettext_lazy("customers", "Recently active"), active),
    "buyers": View(gettext_lazy("With orders"), lambda rows, user: rows.filter(rollup__orders__gt=0)),
    "unowned": View(gettext_lazy("Without owner"), lambda rows, user: rows.filter(owner=None), Scope.TEAM),
}


@dataclass(frozen=True)
class Tab:
    label: str | Promise
    query: str
    is_current: bool


@dataclass(frozen=True)
class Menu:
    """A filter with what may be and what is chosen."""

    filter: ListFilter
    choices: Sequence[tuple[str, str]]
    chosen: list[str]


@dataclass(frozen=True)
class Chip:
    """One chosen value; `query` is the list without it."""

    label: str
    query: str


@dataclass(frozen=True)
class Head:
    """A column head; `query` sorts by it, the other way round when it is already sorted so."""

    label: str | Promise
    query: str
    direction: str


class Listing:
    """One request's view of the list. Raises BadInput for what no link of ours could ask."""

    def __init__(self, user: User, query: QueryDict) -> None:
        self.user, self.query = user, query
        self.q = query.get("q", "").strip()[: search.LONGEST_QUESTION]
        self.view = query.get("view", "")
        self.sort = query.get("sort", "") or NEWEST_FIRST
        self.columns = columns.all_for(user)
        if self.view not in self.views:
            raise BadInput(_("There is no such view."))
        self.order = self._order()
        self.menus = [self._menu(one) for one in columns.filters_for(user)]

    @property
    def views(self) -> dict[str, View]:
        reach = self.user.scope("customer", "view")
        return {key: view for key, view in VIEWS.items() if view.least_scope <= reach}

    def rows(self) -> CustomerQuerySet:
        rows = VIEWS[self.view].narrow(Customer.objects.visible_to(self.user), self.user)
        if self.q:
            rows = search.matching(rows, self.q)
        for menu in self.menus:
            if menu.chosen:
                rows = menu.filter.apply(rows, menu.chosen)
        return rows

    @cached_property
    def found(self) -> list[int] | None:
        """What a search leaves to somebody who sees a part of the base; None when there is nothing to gather.

        The database cannot know how often words and owners meet. Left to choose, it walks the sorted index
        past everybody else's customers; gathering the few first is up to twenty times faster.
        """
        if not self.q or self.user.scope("customer", "view") is Scope.ALL:
            return None
        return list(self.rows().order_by().values_list("pk", flat=True)[: MOST_COUNTED + 1])

    @cached_property
    def page(self) -> Page[Customer]:
        rows = self.rows()
        if self.found is not None:
            rows = Customer.objects.visible_to(self.user).filter(pk__in=self.found)
        relation, _separator, column = self.order.removeprefix("-").partition("__")
        if column:
            # An inner join: only then can the index of the other table give the order.
            rows = rows.filter(**{f"{relation}__isnull": False})
        related = {name for one in self.columns for name in one.related}
        return keyset(
            rows.select_related("owner", "rollup", *related), self.order, self.query.get("cursor", "")
        )

    @cached_property
    def table(self) -> list[tuple[Customer, list[tuple[Column, str]]]]:
        """The page's rows with the cells that features add."""
        return [(row, [(one, one.cell(row)) for one in self.columns]) for row in self.page.rows]

    @cached_property
    def count(self) -> int:
        """How many there are, at most one more than MOST_COUNTED."""
        if self.found is not None:
            return len(self.found)
        return self.rows().order_by()[: MOST_COUNTED + 1].count()

    @property
    def count_text(self) -> str:
        if self.count > MOST_COUNTED:
            return _("More than %(number)s customers") % {"number": f"{MOST_COUNTED:,}"}
        text = ngettext("%(number)s customer", "%(number)s customers", self.count)
        return text % {"number": f"{self.count:,}"}

    @property
    def can_select_matching(self) -> bool:
        """Whether there are more than this page shows, and no more than one click may change."""
        return len(self.page.rows) < self.count <= AT_ONCE

    @property
    def width(self) -> int:
        """Columns of the table, for a cell as wide as all of them."""
        return len(self.columns) + 7

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.view or self.chips)

    @property
    def tabs(self) -> list[Tab]:
        return [
            Tab(view.label, f"view={key}" if key else "", key == self.view)
            for key, view in self.views.items()
        ]

    @cached_property
    def chips(self) -> list[Chip]:
        return [
            Chip(
                dict(menu.choices).get(value, value),
                self._without(menu.filter.key, value),
            )
            for menu in self.menus
            for value in menu.chosen
        ]

    @property
    def heads(self) -> dict[str, Head]:
        return {
            "name": self._head("name", gettext_lazy("Customer")),
            "total": self._head("total", gettext_lazy("Total spent"), falling=True),
            "activity": self._head("activity", gettext_lazy("Last activity"), falling=True),
        }

    @property
    def added_heads(self) -> list[tuple[Column, Head | None]]:
        return [
            (one, self._head(one.key, one.label, falling=True) if one.sort else None) for one in self.columns
        ]

    def _order(self) -> str:
        """The model's order for the key in the address."""
        key, sign = self.sort.removeprefix("-"), "-" if self.sort.startswith("-") else ""
        sorts = SORTS | {one.key: one.sort for one in self.columns if one.sort}
        if key not in sorts:
            raise BadInput(_("The list cannot be sorted by this."))
        return sign + sorts[key]

    def _menu(self, one: ListFilter) -> Menu:
        choices = one.choices(self.user)
        chosen = list(dict.fromkeys(filter(None, self.query.getlist(one.key))))
        known = {value for value, _label in choices}
        if not one.is_open and not known.issuperset(chosen):
            raise BadInput(_("The list cannot be narrowed to this."))
        return Menu(one, choices, chosen)

    def _head(self, key: str, label: str | Promise, *, falling: bool = False) -> Head:
        """`falling` columns begin with the highest value."""
        direction = {key: "ascending", f"-{key}": "descending"}.get(self.sort, "")
        turned = direction == "ascending" if direction else falling
        query = self._copy()
        query["sort"] = f"-{key}" if turned else key
        return Head(label, query.urlencode(), direction)

    def _without(self, key: str, value: str) -> str:
        query = self._copy()
        query.setlist(key, [one for one in query.getlist(key) if one != value])
        return query.urlencode()

    def _copy(self) -> QueryDict:
        """The address without its page."""
        query = self.query.copy()
        query.pop("cursor", None)
        return query
