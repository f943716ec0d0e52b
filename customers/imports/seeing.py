"""What earlier chunks of a check would have written: kept on disk, for files may have any length."""

import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import blake2b

CACHE_KB = 64_000


class Seen:
    """A set of pairs with a number each, such as (what a row is known by, whom it would have made)."""

    def __init__(self) -> None:
        # An empty name means a temporary file that nobody else sees.
        self.database = sqlite3.connect("", isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{CACHE_KB}"):
            self.database.execute(f"PRAGMA {pragma}")
        self.database.execute(
            "CREATE TABLE seen (what INTEGER, aside INTEGER, number INTEGER, PRIMARY KEY (what, aside))"
            " WITHOUT ROWID"
        )
        self.made = 0

    def close(self) -> None:
        self.database.close()

    def next(self) -> int:
        """A number for somebody who would have been made: below zero, no key is."""
        self.made -= 1
        return self.made

    def find(self, what: Iterable[tuple[str, ...]]) -> Iterator[tuple[tuple[str, ...], int, int]]:
        for one in what:
            rows = self.database.execute("SELECT aside, number FROM seen WHERE what = ?", (digest(one),))
            for aside, number in rows.fetchall():
                yield one, aside, number

    def add(self, rows: Iterable[tuple[tuple[str, ...], int, int]]) -> None:
        """The last word about a pair stays."""
        self.database.execute("BEGIN")
        self.database.executemany(
            "INSERT OR REPLACE INTO seen VALUES (?, ?, ?)",
            ((digest(what), aside, number) for what, aside, number in rows),
        )
        self.database.execute("COMMIT")

    def of_orders(self, numbers: Iterable[str]) -> set[str]:
        """Those of the orders that an earlier chunk would have made."""
        return {number for (_what, number), _aside, _one in self.find(("order", one) for one in numbers)}

    def add_orders(self, numbers: Iterable[str]) -> None:
        self.add((("order", number), 0, 1) for number in numbers)


def digest(what: tuple[str, ...]) -> int:
    return int.from_bytes(blake2b("\x1f".join(what).encode(), digest_size=8).digest(), signed=True)
