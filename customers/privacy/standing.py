"""What is said about one customer's data: protected or not, and what an erasure would take and leave."""

from collections.abc import Sequence
from dataclasses import dataclass

from customers import holdings
from customers.holdings import Keep, Remove, Text
from customers.models import Customer
from customers.privacy.models import Protection


@dataclass(frozen=True)
class Effect:
    """What an erasure does with the rows of one table."""

    label: Text
    number: int
    why: Text = ""


@dataclass(frozen=True)
class Preview:
    goes: Sequence[Effect]
    emptied: Sequence[Effect]
    stays: Sequence[Effect]


def protection_of(customer: Customer) -> Protection | None:
    return Protection.objects.filter(customer=customer).first()


def preview(customer: Customer) -> Preview:
    """Only tables that hold something about this customer."""
    goes: list[Effect] = []
    emptied: list[Effect] = []
    stays: list[Effect] = []
    for holding in holdings.all_holdings():
        number = holding.rows(customer.pk).count()
        if not number:
            continue
        if isinstance(holding.fate, Keep):
            stays.append(Effect(holding.label, number, holding.fate.why))
        else:
            (goes if isinstance(holding.fate, Remove) else emptied).append(Effect(holding.label, number))
    return Preview(goes, emptied, stays)
