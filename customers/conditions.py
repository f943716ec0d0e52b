"""Conditions over everything that is known of a customer, as the list's address holds them.

What may be asked is known above: the app that knows registers its reader in `AppConfig.ready()`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from crm.accounts.models import User
from customers.models import CustomerQuerySet

# An address of more than a few thousand characters does not survive being sent around.
LONGEST = 3_000


@dataclass(frozen=True)
class Part:
    """One condition in words; `rest` is the rule without it, empty when nothing else is asked."""

    label: str
    rest: str


class Rule(Protocol):
    @property
    def text(self) -> str:
        """The rule as addresses hold it, always the same for the same rule."""

    @property
    def parts(self) -> Sequence[Part]:
        """Its conditions, joined by `joint`."""

    @property
    def joint(self) -> str:
        """The word between two conditions."""

    @property
    def turned(self) -> str:
        """The same conditions joined by the other word; empty when there is only one."""

    def narrow(self, rows: CustomerQuerySet) -> CustomerQuerySet:
        """Those of `rows` to whom it applies."""


# Raises BadInput for what no link of ours could ask, and for what this colleague may not know.
Reader = Callable[[str, User], Rule]

_readers: list[tuple[Reader, str]] = []


def register(reader: Reader, *, editor: str) -> None:
    """`editor` is the name of the address where a rule is built."""
    _readers[:] = [(reader, editor)]


def read(text: str, user: User) -> Rule | None:
    if not text or not _readers:
        return None
    return _readers[0][0](text, user)


def editor() -> str:
    return _readers[0][1] if _readers else ""
