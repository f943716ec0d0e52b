"""The addresses of a customer, the main one first."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from customers.addresses.models import Address, place_of
from customers.models import Customer


@dataclass(frozen=True)
class Card:
    """One address. Without `pk` it is the one that stands on the customer and nobody said more of."""

    pk: int
    label: str | Promise
    is_main: bool
    recipient: str
    phone: str
    lines: tuple[str, ...]


def cards(customer: Customer) -> list[Card]:
    """Of a customer that the reader was found to see."""
    rows = list(Address.objects.filter(customer=customer).order_by("-is_main", "pk"))
    found = [_card(row, place_of(customer) if row.is_main else place_of(row)) for row in rows]
    if any(place_of(customer).values()) and not any(row.is_main for row in rows):
        lines = _lines(place_of(customer))
        found.insert(0, Card(0, pgettext_lazy("address", "Main address"), True, "", "", lines))
    return found


def _card(row: Address, place: dict[str, str]) -> Card:
    label = Address.Kind(row.kind).label
    return Card(row.pk, label, row.is_main, row.recipient, row.phone, _lines(place))


def _lines(place: dict[str, str]) -> tuple[str, ...]:
    town = " ".join(filter(None, (place["postcode"], place["province"], place["city"], place["country"])))
    return tuple(filter(None, (place["address"], town)))
