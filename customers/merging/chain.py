"""Who a customer has become, and who became part of them: merges can stand on merges."""

from collections.abc import Iterable, Sequence

from django.db import connection

UP = """
    WITH RECURSIVE up AS (
        SELECT survivor_id, 1 AS step FROM merging_merge WHERE absorbed_id = %s AND undone_at IS NULL
        UNION ALL
        SELECT next.survivor_id, up.step + 1 FROM merging_merge AS next
        JOIN up ON next.absorbed_id = up.survivor_id AND next.undone_at IS NULL
    ) SELECT survivor_id FROM up ORDER BY step
"""
DOWN = """
    WITH RECURSIVE down AS (
        SELECT survivor_id AS top, absorbed_id FROM merging_merge
        WHERE survivor_id = ANY(%s) AND undone_at IS NULL
        UNION ALL
        SELECT down.top, next.absorbed_id FROM merging_merge AS next
        JOIN down ON next.survivor_id = down.absorbed_id AND next.undone_at IS NULL
    ) SELECT top, absorbed_id FROM down ORDER BY top, absorbed_id
"""


def above(pk: int) -> list[int]:
    """Those who absorbed the customer, each the next one's: the last is who they are now."""
    with connection.cursor() as cursor:
        cursor.execute(UP, [pk])
        return [survivor for (survivor,) in cursor.fetchall()]


def survivor_of(pk: int) -> int | None:
    """Who the customer has become; None when nobody absorbed them."""
    chain = above(pk)
    return chain[-1] if chain else None


def current(pk: int) -> int:
    """The number under which the customer is found now: their own, unless somebody absorbed them."""
    return survivor_of(pk) or pk


def below(pks: Iterable[int]) -> dict[int, list[int]]:
    """Everybody who became part of these customers, also by way of others."""
    found: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(DOWN, [list(pks)])
        for top, absorbed in cursor.fetchall():
            found.setdefault(top, []).append(absorbed)
    return found


def members(pk: int) -> Sequence[int]:
    """The customer and everybody who became part of them."""
    return [pk, *below([pk]).get(pk, [])]
