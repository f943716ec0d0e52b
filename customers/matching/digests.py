"""What two customers' records said when they were compared: a decision stands until that changes.

The whole base's run computes the same in SQL (engine.py); a test compares the two.
"""

from collections.abc import Iterable
from hashlib import md5
from typing import Any

from customers.matching.standard import COLUMNS


def of_customer(records: Iterable[Any]) -> str:
    """`records` have the columns of matching.Record, in any order."""
    rows = ("|".join(getattr(one, column) for column in COLUMNS) for one in records)
    return _letters("".join(sorted(map(_letters, rows))))


def of_pair(low: str, high: str) -> str:
    return _letters(low + high)


def _letters(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
