"""How common the words of a question are, from what the database keeps about its search index anyway.

A common word, such as 王 or the name of a mail provider, is held by a large part of the base. The index would
gather all of them before the first is seen, so such questions are answered another way.
"""

import time
from functools import lru_cache
from math import prod

from django.db import connection

from customers import search
from customers.models import SearchDocument

KEPT_SECONDS = 600
# What fewer hold, the index finds quickly.
COMMON = 0.015

STATISTICS = """
    SELECT most_common_elems::text::text[], most_common_elem_freqs FROM pg_stats
    WHERE schemaname = ANY(current_schemas(false)) AND tablename = %s AND attname = 'tokens'
"""


def of(text: str) -> float:
    """The share of customers who hold all words of `text`, as if chance mixed them; 0 when that is small."""
    pieces = text[: search.LONGEST_QUESTION].split()
    share = prod(_of_piece(piece) for piece in pieces) if pieces else 0.0
    return share if share >= COMMON else 0.0


def _of_piece(piece: str) -> float:
    shares = _shares(int(time.monotonic() // KEPT_SECONDS))
    local, at, domain = search.spelling(piece).partition("@")
    if at:
        return 0.0 if local else shares.get(domain, 0.0)
    words = [word for run in search.runs(piece) for word in _asked(*run)]
    together = prod(shares.get(word, 0.0) for word in words) if words else 0.0
    return max(together, shares.get(local, 0.0)) if "." in piece else together


def _asked(word: str, ideographic: bool) -> list[str]:
    """What the index is asked for one word."""
    if not ideographic:
        return [word[: search.LONGEST_BEGINNING]]
    return [word[place : place + 2] for place in range(len(word) - 1)] or [word]


@lru_cache(maxsize=2)
def _shares(period: int) -> dict[str, float]:
    """The commonest thousand tokens. Counted by the database while it analyses the table."""
    with connection.cursor() as cursor:
        cursor.execute(STATISTICS, [SearchDocument._meta.db_table])
        known: tuple[list[str] | None, list[float]] | None = cursor.fetchone()
    words, shares = known or (None, [])
    # Behind the shares stand their least, their greatest and that of no token at all.
    return dict(zip(words, shares[: len(words)], strict=True)) if words else {}


def forget() -> None:
    """For whoever has just had the table analysed."""
    _shares.cache_clear()
