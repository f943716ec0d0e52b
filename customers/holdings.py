"""What we hold about a customer, table by table: what of it goes into the customer's own copy, and what
becomes of it when the customer is erased. Each app registers its tables in `AppConfig.ready()`:

    holdings.register(Holding("orders.order", _("Orders"), ("external_id", "amount"), Keep(_("Accounts."))))

A table that the copy leaves out says why in `hidden`. A test follows every foreign key to the customer and
fails for a table that is not registered, so nothing new is forgotten.

What no foreign key reaches, such as rows of an imported file, is removed by a function of its own:

    holdings.register_eraser("imports", forget)

It gets the Subject as it was and answers with the stored files that are to go as well. Append-only tables
open to erasure by the transaction's setting `<app label>.erasing`, which customers.privacy sets to "yes".
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Keep:
    """The rows stay as they are: they hold nothing about a person once the others are gone."""

    why: Text


@dataclass(frozen=True)
class Remove:
    """The rows go, and the stored files named in these columns with them."""

    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Blank:
    """The rows stay, so that counts and sums stay; these columns are emptied."""

    values: Mapping[str, Any]


@dataclass(frozen=True)
class Holding:
    model: str
    label: Text
    shows: tuple[str, ...]
    fate: Keep | Remove | Blank
    # How a row names its customer; a table may name several.
    paths: tuple[str, ...] = ("customer",)
    hidden: Text = ""
    # Stored files of a row that belong into the copy: column of the file and of its name.
    attached: tuple[str, str] | None = None
    # Where that column's value is stored, when it is not the place itself.
    place: Callable[[str], str] = str
    order: int = 100

    def rows(self, customer_pk: int) -> QuerySet[Any]:
        named = reduce(or_, (Q(**{path: customer_pk}) for path in self.paths))
        return self.table._base_manager.filter(named)

    @property
    def table(self) -> type[Model]:
        return apps.get_model(self.model)


@dataclass(frozen=True)
class Subject:
    """Somebody who is being erased, as they were: by these words they are found where no key leads."""

    pk: int
    name: str
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    # Handles that another customer has as well, such as the phone of a household.
    shared: frozenset[str] = frozenset()


Eraser = Callable[[Subject], Iterable[str]]

_holdings: dict[str, Holding] = {}
_erasers: dict[str, Eraser] = {}


def register(holding: Holding) -> None:
    _holdings[holding.model] = holding


def register_eraser(name: str, eraser: Eraser) -> None:
    _erasers[name] = eraser


def all_holdings() -> list[Holding]:
    return sorted(_holdings.values(), key=lambda one: (one.order, one.model))


def all_erasers() -> list[Eraser]:
    return list(_erasers.values())
