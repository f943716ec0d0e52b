"""Keyset paging: page 20,000 costs what page 1 costs, and nothing is counted."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.core import signing
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import BigIntegerField, F, Model, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from crm.lib import lookups  # noqa: F401 - registers any_of
from crm.lib.errors import BadInput

SIZE = 50
SALT = "crm.lib.paging"
KEYS: ArrayField[Any, Any] = ArrayField(BigIntegerField())
# Of pairs of key and value the key alone; the value is there to be ordered by.
FIRST_OF_EACH = "ARRAY(SELECT found.key FROM (%(subquery)s) AS found (key, value))"

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of rows, with signed cursors to its neighbours; an empty cursor means there is none."""

    rows: Sequence[Row]
    next: str
    previous: str


def keyset(
    rows: QuerySet[Row],
    order: str,
    cursor: str = "",
    *,
    size: int = SIZE,
    related: Collection[str] = (),
    near: timedelta | None = None,
    gathers: bool = False,
) -> Page[Row]:
    """The page of `rows` at `cursor`, ordered by `order` ("name" or "-name") and then by primary key.

    `related` are loaded along, but only for this page: joined before, they would be looked up for, and sorted
    with, every row that may come onto it. Where no index walks `order`, a time, `near` is how much of it
    beside the page's beginning is looked at first: mostly the page is full with that. With `gathers` the
    database looks for all rows first and then sorts them, whatever index gives the order. `order` must name a
    column without NULLs, reached through foreign keys if need be. Raises BadInput for a cursor that is not
    ours or belongs to another order.
    """
    field, descending = order.removeprefix("-"), order.startswith("-")
    backwards, value, pk = _read(cursor, order) if cursor else (False, None, None)
    falling = descending != backwards
    if cursor:
        rows = _behind(rows, field, value, pk, falling=falling)
    sign = "-" if falling else ""
    ordering = (f"{sign}{field}", f"{sign}pk")
    # The greater of a value and itself: the same order, but one that no index has.
    sought = Greatest(field, field) if gathers else F(field)
    seeking = (sought.desc() if falling else sought.asc(), f"{sign}pk")
    for part in _nearest(rows, field, value, near, falling=falling):
        chosen = part.order_by(*seeking)[: size + 1]
        if related:
            chosen = rows.model._default_manager.filter(pk__in=chosen.values("pk"))
            chosen = chosen.select_related(*related).order_by(*ordering)
        found = list(chosen)
        if len(found) > size:
            break
    return _page(found, order, cursor, size=size, backwards=backwards)


def _behind(rows: QuerySet[Row], field: str, value: Any, pk: int | None, *, falling: bool) -> QuerySet[Row]:
    """What comes after this place in the order."""
    side = "lt" if falling else "gt"
    beyond = Q(**{f"{field}__{side}": value}) | Q(**{f"pk__{side}": pk})
    # The first condition alone lets the index start at the place; the second drops ties already shown.
    return rows.filter(Q(**{f"{field}__{side}e": value}), beyond)


def _nearest(
    rows: QuerySet[Row], field: str, value: Any, near: timedelta | None, *, falling: bool
) -> Iterator[QuerySet[Row]]:
    """The rows of wider and wider spans of time beside where a page begins, and at last all of them."""
    if near and (value or falling):
        start = value or timezone.now()
        for span in (near, near * 10):
            yield rows.filter(**{f"{field}__gt": start - span} if falling else {f"{field}__lt": start + span})
    yield rows


def _page(found: list[Row], order: str, cursor: str, *, size: int, backwards: bool) -> Page[Row]:
    """The page of what was found, one row more than fits."""
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_next, has_previous = (True, more) if backwards else (more, bool(cursor))
    return Page(
        rows=found,
        next=_write(found[-1], order, backwards=False) if found and has_next else "",
        previous=_write(found[0], order, backwards=True) if found and has_previous else "",
    )


def keyset_of(
    parts: Sequence[QuerySet[Row]],
    order: str,
    cursor: str = "",
    *,
    size: int = SIZE,
    related: Collection[str] = (),
) -> Page[Row]:
    """The same of several querysets together. Each is walked by its own index, where conditions joined by OR
    would find none; a row that is in several of them is shown once."""
    field, descending = order.removeprefix("-"), order.startswith("-")
    backwards, value, pk = _read(cursor, order) if cursor else (False, None, None)
    falling = descending != backwards
    sign = "-" if falling else ""
    ordering = (f"{sign}{field}", f"{sign}pk")
    if cursor:
        parts = [_behind(rows, field, value, pk, falling=falling) for rows in parts]
    newest = [rows.order_by(*ordering).values_list("pk", field)[: size + 1] for rows in parts]
    together = newest[0] if len(newest) == 1 else newest[0].union(*newest[1:]).order_by(*ordering)
    keys = ArraySubquery(together[: size + 1], template=FIRST_OF_EACH, output_field=KEYS)
    rows = parts[0].model._default_manager.filter(pk__any_of=keys).select_related(*related)
    found = list(rows.order_by(*ordering))
    return _page(found, order, cursor, size=size, backwards=backwards)


def cursor_at(row: Model, order: str, *, backwards: bool = False) -> str:
    """A cursor to what follows `row`, or comes before it; empty when it has no value to be ordered by."""
    try:
        return _write(row, order, backwards=backwards)
    except (AttributeError, ObjectDoesNotExist):
        return ""


def _write(row: Model, order: str, *, backwards: bool) -> str:
    value: Any = row
    for part in order.removeprefix("-").split("__"):
        value = getattr(value, part)
    kind = next((name for name, python in KINDS.items() if isinstance(value, python)), "")
    return signing.dumps([order, backwards, kind, str(value) if kind else value, row.pk], salt=SALT)


def _read(cursor: str, order: str) -> tuple[bool, Any, int]:
    try:
        made_for, backwards, kind, value, pk = signing.loads(cursor, salt=SALT)
        value, pk = READERS[kind](value) if kind else value, int(pk)
    except (signing.BadSignature, ValueError, TypeError, KeyError):
        raise BadInput(_("This page link is damaged. Please start from the first page.")) from None
    if made_for != order or value is None:
        raise BadInput(
            _("This page link belongs to another sorting. Please start again from the first page.")
        )
    return bool(backwards), value, pk


# datetime before date: every datetime is a date.
KINDS: dict[str, type] = {"datetime": datetime, "date": date, "decimal": Decimal}
READERS: dict[str, Callable[[str], Any]] = {
    "datetime": parse_datetime,
    "date": parse_date,
    "decimal": Decimal,
}
