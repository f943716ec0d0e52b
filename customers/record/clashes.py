"""Two people at one customer: which fields did both change, and what did the page show when it was opened?"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.accounts.models import User
from customers.models import Customer
from customers.record.fields import RELATIONS, current, dump, family_of, load
from customers.record.models import Change


@dataclass(frozen=True)
class Clash:
    """One field that somebody else changed after it was read. Values are in their stored form."""

    field: str
    before: Any
    theirs: Any
    mine: Any
    by: User | None = None
    at: datetime | None = None


def clashes(customer: Customer, version: int, wanted: Mapping[str, Any]) -> list[Clash]:
    """Which of the `wanted` values would overwrite what was saved since `version`.

    A save that left no trace in the history may have changed anything: then nothing is overwritten unasked.
    """
    if version >= customer.version:
        return []
    later = list(Change.objects.since(customer, version).select_related("by"))
    is_blind = len({one.version for one in later}) < customer.version - version
    found = []
    for name, value in wanted.items():
        rows = [one for one in later if one.field == name]
        theirs, mine = current(customer, name), dump(value)
        if (rows or is_blind) and theirs != mine:
            before = rows[0].old if rows else None
            found.append(Clash(name, before, theirs, mine, *((rows[-1].by, rows[-1].at) if rows else ())))
    return found


def as_of(customer: Customer, version: int) -> Customer:
    """A copy of the customer as it was at `version`, as far as the history tells."""
    earlier = copy(customer)
    if version >= customer.version:
        return earlier
    earlier._state = copy(customer._state)
    earlier._state.fields_cache = dict(customer._state.fields_cache)
    # Newest first: what is put back last is the oldest.
    for change in Change.objects.since(customer, version).reverse():
        if family_of(change.field):
            continue
        if change.field in RELATIONS:
            setattr(earlier, f"{change.field}_id", change.old)
        else:
            setattr(earlier, change.field, load(change.field, change.old))
    return earlier
