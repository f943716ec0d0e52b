"""Erases again, after a backup was restored, everybody whom the journal names."""

from dataclasses import dataclass
from pathlib import Path

from customers.models import Customer
from customers.privacy import erasing, finishing, journal
from customers.privacy.models import Protection


@dataclass(frozen=True)
class Found:
    again: int = 0
    already: int = 0
    unknown: int = 0


def replay(source: Path, *, dry: bool = False) -> Found:
    """Only rows whose mark fits: in another database the same number may be somebody else."""
    again = already = unknown = 0
    for pk, marks in _marks(source).items():
        customer = Customer.objects.filter(pk=pk).first()
        if customer is None or not any(erasing.is_marked(customer, mark) for mark in marks):
            unknown += 1
        elif Protection.objects.filter(customer=customer).exclude(erased_at=None).exists():
            already += 1
        else:
            again += 1
            if not dry:
                finishing.erase_without_asking(customer, "replay")
    return Found(again, already, unknown)


def _marks(source: Path) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for line in journal.lines(source):
        found.setdefault(line.customer, set()).add(line.mark)
    return found
