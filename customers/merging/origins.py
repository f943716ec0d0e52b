"""Whom each profile meant before it was joined: matching compares it as that customer said it."""

from collections.abc import Collection

from customers.identity.models import Profile
from customers.merging.models import Move


def origins(customer_ids: Collection[int]) -> dict[int, int]:
    """Of these customers' profiles, those that came by a merge, and the customer they were first said of."""
    found: dict[int, int] = {}
    survivors = set(customer_ids)
    while survivors:
        moves = Move.objects.filter(
            table=Profile._meta.db_table, merge__undone_at=None, merge__survivor__in=survivors
        )
        survivors = set()
        for pks, absorbed in moves.order_by("merge").values_list("pks", "merge__absorbed"):
            # Who was absorbed may have absorbed others before: theirs go further back.
            survivors.add(absorbed)
            found.update(dict.fromkeys(pks, absorbed))
    return found
