"""What became visible since a reader last looked: no lock for writers, no gap and no repeat for readers."""

import json
import re
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Self

from django.db import connection

# A replay of more than this is no better than loading the page anew.
MOST = 500
# A reader that was away for longer may have missed what was swept.
LONGEST_AWAY = 23 * 3600

# Eighteen digits fit into PostgreSQL's numbers.
WRITTEN = re.compile(r"([0-9]{1,18}):([0-9]{1,18}):((?:[0-9]{1,18}(?:,[0-9]{1,18}){0,999})?)@([0-9]{1,12})")

# Not visible to a snapshot is what began after it, or was under way when it was taken.
NEWS = """
    SELECT pg_current_snapshot()::text, news.*
    FROM (SELECT 1) AS always LEFT JOIN (
        SELECT id, transaction, topic, kind, data FROM live_event
        WHERE (transaction >= %(xmax)s OR transaction = ANY(%(open)s))
            AND (%(topics)s::text[] IS NULL OR topic = ANY(%(topics)s))
        ORDER BY id LIMIT %(most)s
    ) AS news ON true
    ORDER BY news.id
"""


@dataclass(frozen=True)
class Cursor:
    """A snapshot: which transactions a reader knows all about. Those of one database have an order."""

    xmin: int
    xmax: int
    # Those below xmax that had not ended.
    open: frozenset[int]
    at: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """What `str` made; None for anything else, which may have been written by anybody."""
        found = WRITTEN.fullmatch(text)
        if not found:
            return None
        low, high, still, at = found.groups()
        numbers = frozenset(map(int, still.split(","))) if still else frozenset()
        return cls(int(low), int(high), numbers, int(at))

    def __str__(self) -> str:
        return f"{self.xmin}:{self.xmax}:{','.join(map(str, sorted(self.open)))}@{self.at}"

    def knows(self, transaction: int) -> bool:
        return transaction < self.xmax and transaction not in self.open

    def is_before(self, other: "Cursor") -> bool:
        return (self.xmax, -len(self.open)) < (other.xmax, -len(other.open))


@dataclass(frozen=True)
class News:
    """One row of the table."""

    pk: int
    transaction: int
    topic: str
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Found:
    cursor: Cursor
    news: tuple[News, ...] = ()
    # Something may be missing: the reader has to look at everything anew.
    is_broken: bool = False


def since(cursor: Cursor | None, topics: Collection[str] | None = None) -> Found:
    """The news on `topics`, or on all, that `cursor` does not know yet; with None, only where we stand."""
    rows = _rows(cursor, topics)
    now = _cursor(rows[0][0])
    if cursor is None:
        return Found(now)
    news = tuple(News(*row[1:]) for row in rows if row[1] is not None)
    # A snapshot of the future is one of another database.
    broken = len(news) > MOST or cursor.xmax > now.xmax or now.at - cursor.at > LONGEST_AWAY
    return Found(now, () if broken else news, broken)


def _cursor(snapshot: str) -> Cursor:
    low, high, still = snapshot.split(":")
    numbers = frozenset(map(int, still.split(","))) if still else frozenset()
    return Cursor(int(low), int(high), numbers, int(time.time()))


def _rows(cursor: Cursor | None, topics: Collection[str] | None) -> list[tuple[Any, ...]]:
    values: dict[str, Any] = {
        "xmax": cursor.xmax if cursor else 2**63 - 1,
        "open": sorted(cursor.open) if cursor else [],
        "topics": None if topics is None else sorted(topics),
        "most": MOST + 1,
    }
    with connection.cursor() as database:
        database.execute(NEWS, values)
        rows: list[tuple[Any, ...]] = database.fetchall()
    return [(*row[:5], _json(row[5])) if row[1] is not None else row for row in rows]


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
