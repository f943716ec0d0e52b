"""What features add to the form of a customer, registered in `AppConfig.ready()`:

    form_parts.register(build)

`build(data, user, customer)` gives a part, or None for a colleague to whom it offers nothing; `data` is what
was sent, or None, and `customer` is None for a new one. Its form stands below the customer's own and is saved
in the same transaction.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.forms import BaseForm

from crm.accounts.models import User
from customers.models import Customer


class Part(Protocol):
    @property
    def form(self) -> BaseForm:
        """Rendered by crispy, without a tag of its own."""

    def is_valid(self) -> bool:
        """Also whether nobody else changed meanwhile what was typed over."""

    def save(self, customer: Customer, *, by: User, counted: bool) -> int:
        """Returns the customer's version; `counted` says that this save has counted it on already."""


Build = Callable[[Mapping[str, Any] | None, User, Customer | None], Part | None]

_builders: list[Build] = []


def register(build: Build) -> None:
    _builders.append(build)


@dataclass(frozen=True)
class Parts:
    """All parts of one form."""

    parts: list[Part]

    def __iter__(self) -> Iterator[Part]:
        return iter(self.parts)

    def are_valid(self) -> bool:
        """Every one is asked, so that all problems are shown at once."""
        return not [part for part in self.parts if not part.is_valid()]

    def save(self, customer: Customer, *, by: User, counted: bool) -> int:
        versions = [part.save(customer, by=by, counted=counted) for part in self.parts]
        return max(versions, default=customer.version)


def build(data: Mapping[str, Any] | None, user: User, customer: Customer | None = None) -> Parts:
    made = (one(data, user, customer) for one in _builders)
    return Parts([part for part in made if part])
