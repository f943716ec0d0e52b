"""Columns and filters that features add to the customer list, registered in `AppConfig.ready()`:

    columns.register(Column("rfm", _("RFM"), cell, related=("score",), needs=("score", "view")))
    columns.register_filter(ListFilter("group", _("Group"), "shapes", choices, apply))

`cell(customer)` gives safe HTML and must not query: name in `related` what select_related is to load. `sort`
is a column without NULLs, such as "score__monetary"; customers without that row are left out while sorting by
it. `apply(rows, values)` narrows the list to the chosen values, which are among `choices(user)` unless the
filter `is_open`. A column with `is_badge` also stands beside the name on the customer's own page.

Everybody chooses columns; those with `is_default=False` are only offered. `text(customer)` is what a file of
the list holds, where that is not the bare text of the cell; a column with `handle` shows "phone" or "email",
and gives it in clear only to whom it may be revealed. While the list is sorted by an `is_sparse` column,
customers without a value there are left out.

Columns that come and go while the product runs are registered by what gives them: `register_source(source)`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from crm.accounts.models import User
from customers.models import Customer, CustomerQuerySet


@dataclass(frozen=True)
class Column:
    key: str
    label: str | Promise
    cell: Callable[[Customer], str]
    sort: str = ""
    related: tuple[str, ...] = ()
    needs: tuple[str, str] = ("customer", "view")
    order: int = 100
    css: str = ""
    is_badge: bool = False
    is_default: bool = True
    is_sparse: bool = False
    # Some columns are better read from their lowest value on.
    falling: bool = True
    shows_narrow: bool = False
    text: Callable[[Customer], str] | None = None
    handle: str = ""

    @property
    def classes(self) -> str:
        return self.css if self.shows_narrow else f"hide-medium {self.css}".strip()


@dataclass(frozen=True)
class ListFilter:
    key: str
    label: str | Promise
    icon: str
    choices: Callable[[User], Sequence[tuple[str, str]]]
    apply: Callable[[CustomerQuerySet, list[str]], CustomerQuerySet]
    needs: tuple[str, str] = ("customer", "view")
    order: int = 100
    is_open: bool = False
    # For whom the choices are asked for when the menu is opened, and not for every list.
    is_late: Callable[[User], bool] = lambda user: False
    # For values that only links bring along: what one is called (or BadInput), what it means to this reader.
    told: Callable[[str, User], str] | None = None
    narrow: Callable[[CustomerQuerySet, list[str], User], CustomerQuerySet] | None = None


_columns: dict[str, Column] = {}
_sources: list[Callable[[User], Iterable[Column]]] = []
_filters: dict[str, ListFilter] = {}


def register(column: Column) -> None:
    _columns[column.key] = column


def register_source(source: Callable[[User], Iterable[Column]]) -> None:
    _sources.append(source)


def register_filter(added: ListFilter) -> None:
    _filters[added.key] = added


def all_for(user: User) -> list[Column]:
    """The columns whose content the user may see, in order."""
    added = (column for source in _sources for column in source(user))
    shown = (one for one in (*_columns.values(), *added) if user.may(*one.needs))
    return sorted(shown, key=lambda column: (column.order, column.key))


def filters_for(user: User) -> list[ListFilter]:
    shown = (one for one in _filters.values() if user.may(*one.needs))
    return sorted(shown, key=lambda one: (one.order, one.key))
