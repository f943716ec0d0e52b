"""What the page of the customer list is made of, as its templates read it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from customers.columns import Column, ListFilter


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
    # Where the choices are, when they are asked for later.
    later: str = ""


@dataclass(frozen=True)
class Chip:
    """One chosen value; `query` is the list without it."""

    label: str
    query: str


@dataclass(frozen=True)
class Head:
    """A column head; `query` sorts by it, the other way round when it is already sorted so.

    Without `query` nothing can be sorted by it.
    """

    label: str | Promise
    query: str
    direction: str
    css: str = ""


@dataclass(frozen=True)
class Option:
    """A column that may be shown."""

    column: Column
    is_shown: bool
