"""What the customer list shows: views, filters, sorting and chips, all read from the address."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from crm.accounts.models import User
from crm.accounts.policy import Scope
from crm.lib.errors import BadInput
from crm.lib.paging import SIZE, Page, keyset, keyset_of
from crm.lib.patience import TooSlow, at_most, expected
from customers import columns, conditions, search
from customers.columns import Column, ListFilter
from customers.list_parts import Chip, Head, Menu, Option, Tab
from customers.models import Customer, CustomerQuerySet

ACTIVE_DAYS = 30
# So many and fewer are gathered more quickly than met on the way through a sorted index ...
FEW = 2_000
# ... where nobody is looked for any longer than this, in milliseconds: expecting many may be a mistake.
PATIENCE = 250
# Counting stops here: nobody reads further, and the database need not either.
MOST_COUNTED = 10_000
NEWEST_FIRST, LATEST = "-activity", "-touched_at"
SORTS = {"name": "name"}
COMPACT = "compact"
# More filters than these stand behind a button.
FEW_MENUS = 6


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


class Listing:
    """One request's view of the list. Raises BadInput for what no link of ours could ask.

    `action` narrows it to the customers on whom `user` may do that.
    """

    def __init__(self, user: User, query: QueryDict, *, action: str = "view") -> None:
        self.user, self.query, self.action = user, query, action
        self.q = query.get("q", "").strip()[: search.LONGEST_QUESTION]
        self.view = query.get("view", "")
        self.sort = query.get("sort", "") or NEWEST_FIRST
        self.density = COMPACT if query.get("density") == COMPACT else ""
        self.offered = {one.key: one for one in columns.all_for(user)}
        self.columns = self._columns()
        if self.view not in self.views:
            raise BadInput(_("There is no such view."))
        self.order = self._order()
        self.menus = [self._menu(one) for one in columns.filters_for(user)]
        self.rule = conditions.read(query.get("rule", ""), user)

    @property
    def views(self) -> dict[str, View]:
        reach = self.user.scope("customer", "view")
        return {key: view for key, view in VIEWS.items() if view.least_scope <= reach}

    def rows(self) -> CustomerQuerySet:
        return self._of(self._visible)

    @property
    def _visible(self) -> CustomerQuerySet:
        return Customer.objects.visible_to(self.user, self.action)

    def _of(self, rows: CustomerQuerySet) -> CustomerQuerySet:
        """Those of `rows` for whom was asked."""
        rows = VIEWS[self.view].narrow(rows, self.user)
        if self.q:
            rows = search.matching(rows, self.q)
        for menu in self.menus:
            if menu.chosen:
                rows = self._narrowed(rows, menu)
        return self.rule.narrow(rows) if self.rule else rows

    @property
    def is_mixed(self) -> bool:
        """Whether it is narrowed by conditions, or is a search in a part of the base.

        The database cannot know how often words and owners meet. Left to choose, it walks the sorted index
        past everybody else's customers; gathering the few first is up to twenty times faster.
        """
        is_part = self.q and self.user.scope("customer", "view") is not Scope.ALL
        return bool(is_part or self.rule) or any(one.chosen and one.filter.narrow for one in self.menus)

    @cached_property
    def page(self) -> Page[Customer]:
        return self.page_at(self.query.get("cursor", ""))

    def page_at(
        self, cursor: str, size: int = SIZE, *, only: CustomerQuerySet | None = None
    ) -> Page[Customer]:
        """The page behind `cursor`; with `only`, these customers as the list would sort and show them."""
        if only is not None or not self.is_mixed:
            return self._page_of(self.rows() if only is None else only, cursor, size)
        if expected(self.rows()) > FEW:
            with suppress(TooSlow), at_most(PATIENCE):
                return self._met(cursor, size)
        return self._page_of(self.rows(), cursor, size, gathers=True)

    def _met(self, cursor: str, size: int) -> Page[Customer]:
        """On the way through an index; through that of their own customers for who sees few others."""
        parts = self._visible.apart()
        if len(parts) == 1 or self.order != LATEST:
            return self._page_of(self.rows(), cursor, size)
        return keyset_of([self._of(rows) for rows in parts], LATEST, cursor, size=size, related=self._related)

    @property
    def _related(self) -> set[str]:
        return {name for one in self.columns for name in one.related}

    def _page_of(
        self, rows: CustomerQuerySet, cursor: str, size: int, *, gathers: bool = False
    ) -> Page[Customer]:
        related = self._related
        relation, _separator, column = self.order.removeprefix("-").partition("__")
        if column:
            # An inner join: only then can the index of the other table give the order.
            rows = rows.filter(**{f"{relation}__isnull": False})
            related.add(relation)  # the cursor is made of it
        if self._is_sparse:
            rows = rows.filter(**{f"{self.order.removeprefix('-')}__isnull": False})
        return keyset(rows, self.order, cursor, size=size, related=related, gathers=gathers)

    @cached_property
    def table(self) -> list[tuple[Customer, str]]:
        """The page's rows, each with its cells. A template takes three times as long for each."""
        cells = [(one.classes, one.cell) for one in self.columns]
        return [
            (row, format_html_join("", '<td class="{}">{}</td>', ((css, cell(row)) for css, cell in cells)))
            for row in self.page.rows
        ]

    @property
    def is_one_page(self) -> bool:
        return not (self.page.next or self.page.previous)

    @cached_property
    def count(self) -> int:
        """How many there are, at most one more than MOST_COUNTED.

        The one part of a list that may have to read far: a longer list is shown first and counted after.
        """
        return self.rows().order_by()[: MOST_COUNTED + 1].count()

    @property
    def shown_text(self) -> str:
        """The count as far as the page itself tells it."""
        if self.is_one_page:
            return self._number_text(len(self.page.rows))
        return _("More than %(number)s customers") % {"number": len(self.page.rows)}

    @property
    def count_url(self) -> str:
        """Where the count is told; nowhere when the page itself tells it."""
        return "" if self.is_one_page else f"{reverse('customers:count')}?{self._copy().urlencode()}"

    @property
    def count_text(self) -> str:
        if self.count > MOST_COUNTED:
            return _("More than %(number)s customers") % {"number": f"{MOST_COUNTED:,}"}
        return self._number_text(self.count)

    @staticmethod
    def _number_text(number: int) -> str:
        text = ngettext("%(number)s customer", "%(number)s customers", number)
        return text % {"number": f"{number:,}"}

    @property
    def can_select_matching(self) -> bool:
        """Whether there are more than a page shows."""
        return self.count > SIZE

    @property
    def matching_text(self) -> str:
        return f"≥ {MOST_COUNTED:,}" if self.count > MOST_COUNTED else f"{self.count:,}"

    @property
    def shown_menus(self) -> list[Menu]:
        """The first few, and those in which something is chosen."""
        return [one for place, one in enumerate(self._usable_menus) if place < FEW_MENUS or one.chosen]

    @property
    def more_menus(self) -> list[Menu]:
        return [one for one in self._usable_menus[FEW_MENUS:] if not one.chosen]

    @property
    def _usable_menus(self) -> list[Menu]:
        return [one for one in self.menus if one.choices or one.chosen or one.later]

    @property
    def width(self) -> int:
        """Columns of the table, for a cell as wide as all of them."""
        return len(self.columns) + 2

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.view or self.chips or self.rule)

    @property
    def tabs(self) -> list[Tab]:
        return [
            # An address without any question opens somebody's default list; this one shows everybody.
            Tab(view.label, f"view={key}", key == self.view)
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
    def rule_chips(self) -> list[Chip]:
        parts = self.rule.parts if self.rule else ()
        return [Chip(part.label, self.query_with("rule", part.rest)) for part in parts]

    @property
    def turned(self) -> str:
        """The same conditions, joined the other way."""
        return self.query_with("rule", self.rule.turned if self.rule else "")

    @property
    def heads(self) -> list[Head]:
        return [
            self._head("name", _("Customer"), ""),
            *(
                self._head(one.key, one.label, one.classes, falling=one.falling)
                if one.sort
                else Head(one.label, "", "", one.classes)
                for one in self.columns
            ),
        ]

    @property
    def options(self) -> list[Option]:
        """All columns: first the shown ones in their order, then the others."""
        shown = {one.key for one in self.columns}
        others = [one for key, one in self.offered.items() if key not in shown]
        return [Option(one, one.key in shown) for one in (*self.columns, *others)]

    @property
    def usual_columns(self) -> str:
        query = self._copy()
        query.pop("col", None)
        query.pop("density", None)
        # Never quite empty: an address without any question opens somebody's default list.
        return query.urlencode() or "view="

    @property
    def densities(self) -> list[Tab]:
        choices = {"": pgettext("rows", "Comfortable"), COMPACT: pgettext("rows", "Compact")}
        return [Tab(label, value, value == self.density) for value, label in choices.items()]

    @cached_property
    def address(self) -> str:
        """The question alone, always written the same way: what a saved list keeps."""
        query = QueryDict(mutable=True)
        for key, values in self._said():
            query.setlist(key, [value for value in values if value])
        return query.urlencode()

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the filter form sends along beside its own fields."""
        return self._pairs({"q", *(menu.filter.key for menu in self.menus)})

    @property
    def kept_with_columns(self) -> list[tuple[str, str]]:
        """The same for the form that chooses columns."""
        return self._pairs({"col", "density"})

    def _pairs(self, but: set[str]) -> list[tuple[str, str]]:
        said = [*self._said(), ("saved", self.query.getlist("saved")[:1])]
        return [(key, value) for key, values in said for value in values if key not in but and value]

    def query_with(self, key: str, *values: str) -> str:
        query = self._copy()
        query.setlist(key, [value for value in values if value])
        return query.urlencode()

    def _said(self) -> list[tuple[str, list[str]]]:
        usual = [one.key for one in self._usual_columns()]
        shown = [one.key for one in self.columns]
        return [
            ("view", [self.view]),
            ("q", [self.q]),
            *((menu.filter.key, menu.chosen) for menu in self.menus),
            ("rule", [self.rule.text if self.rule else ""]),
            ("sort", [self.sort if self.sort != NEWEST_FIRST else ""]),
            ("col", shown if shown != usual else []),
            ("density", [self.density]),
        ]

    def _usual_columns(self) -> list[Column]:
        return [one for one in self.offered.values() if one.is_default]

    def _columns(self) -> list[Column]:
        """The chosen ones in their order. A column may have gone since the address was written."""
        asked = dict.fromkeys(self.query.getlist("col"))
        return [self.offered[key] for key in asked if key in self.offered] or self._usual_columns()

    def _order(self) -> str:
        """The model's order for the key in the address."""
        key, sign = self.sort.removeprefix("-"), "-" if self.sort.startswith("-") else ""
        sorts = SORTS | {one.key: one.sort for one in self.offered.values() if one.sort}
        if key not in sorts:
            raise BadInput(_("The list cannot be sorted by this."))
        return sign + sorts[key]

    @property
    def _is_sparse(self) -> bool:
        column = self.offered.get(self.sort.removeprefix("-"))
        return column is not None and column.is_sparse

    def menu(self, key: str) -> Menu | None:
        """One filter with all its choices; None when there is no such filter."""
        found = next((one.filter for one in self.menus if one.filter.key == key), None)
        return self._menu(replace(found, is_late=lambda user: False)) if found else None

    def _narrowed(self, rows: CustomerQuerySet, menu: Menu) -> CustomerQuerySet:
        if menu.filter.narrow:
            return menu.filter.narrow(rows, menu.chosen, self.user)
        return menu.filter.apply(rows, menu.chosen)

    def _menu(self, one: ListFilter) -> Menu:
        chosen = list(dict.fromkeys(filter(None, self.query.getlist(one.key))))
        if not chosen and one.is_late(self.user):
            return Menu(one, [], [], reverse("customers:filter", args=[one.key]))
        choices = one.choices(self.user)
        if one.told:
            choices = [(value, one.told(value, self.user)) for value in chosen]
        known = {value for value, _label in choices}
        if not one.is_open and not known.issuperset(chosen):
            raise BadInput(_("The list cannot be narrowed to this."))
        return Menu(one, choices, chosen)

    def _head(self, key: str, label: str | Promise, css: str, *, falling: bool = False) -> Head:
        """`falling` columns begin with the highest value."""
        direction = {key: "ascending", f"-{key}": "descending"}.get(self.sort, "")
        turned = direction == "ascending" if direction else falling
        return Head(label, self.query_with("sort", f"-{key}" if turned else key), direction, css)

    def _without(self, key: str, value: str) -> str:
        return self.query_with(key, *(one for one in self.query.getlist(key) if one != value))

    def _copy(self) -> QueryDict:
        """The address without its page."""
        query = self.query.copy()
        query.pop("cursor", None)
        return query


def canonical(query: str, user: User) -> str:
    """The address as it is always written. Raises BadInput for what no list could show."""
    return Listing(user, QueryDict(query)).address
