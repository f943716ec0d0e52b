"""The rows of a file in pieces that are committed as a whole. A piece is the same however often it is cut."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from django.db.backends.utils import CursorWrapper

from customers.imports.plans import Flaw, Flawed, Plan
from customers.imports.records import Broken
from customers.imports.seeing import Seen
from customers.imports.tables import Table
from customers.imports.tracing import Tracing

ROWS = 10_000
# Rows may be long: this many characters end a chunk as well, so that memory stays flat.
CHARACTERS = 32 << 20
# A group, such as the lines of one order, is kept together up to this many rows.
LONGEST_GROUP = 5_000

Row = TypeVar("Row")
# Why somebody may be the same: as a pair of matching keeps it.
Evidence = dict[str, Any]


class Problem(NamedTuple):
    line: int
    column: str
    reason: str
    cells: Sequence[str]
    alike: int | None = None
    evidence: Evidence | None = None


class Alike(NamedTuple):
    """A new customer who may be one we know (`customer`), or another new one (0)."""

    line: int
    column: str
    customer: int
    cells: Sequence[str]
    evidence: Evidence | None = None


@dataclass
class Outcome:
    """What became of the rows of a chunk."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass
class Findings(Outcome):
    """What would become of them, and of the cells of customers we have."""

    skipped: int = 0
    errors: int = 0
    alike: list[Alike] = field(default_factory=list)
    new_customers: int = 0
    compared: int = 0  # new people who were weighed against everybody
    cells: Counter[str] = field(default_factory=Counter)  # "city:changed", "city:filled", "city:kept"


class Importer(Protocol[Row]):
    """Reads rows, apart from the database, and writes a chunk of them in its transaction."""

    plan: Plan
    rows_at_once: int

    def read(self, line: int, cells: list[str]) -> Row | Flawed:
        """What a row says."""

    def skip(self, cells: list[str]) -> None:
        """Sees a row that an earlier run has written."""

    def group(self, row: Row) -> str:
        """Rows that follow each other and share this, unless it is empty, are written together."""

    def write(self, cursor: CursorWrapper, rows: Sequence[Row], trace: Tracing) -> Outcome:
        """Writes them, in any number of statements, and notes in `trace` what that does."""

    def check(self, cursor: CursorWrapper, rows: Sequence[Row], seen: Seen) -> Findings:
        """What writing them would do. `seen` knows what earlier chunks would have written."""


@dataclass
class Chunk(Generic[Row]):
    """The rows after `done`, up to `last_line`."""

    done: int
    last_line: int
    rows_at_once: int
    position: int = 0
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    characters: int = 0
    group: str = ""
    group_rows: int = 0

    def add(self, line: int, row: Row | Flawed, cells: Sequence[str], group: str) -> None:
        self.last_line = line
        self.characters += sum(map(len, cells))
        self.group_rows = self.group_rows + 1 if group == self.group else 1
        self.group = group
        if isinstance(row, Flawed):
            # One reason for each column, and the first for the row as a whole, which has none.
            told: dict[str, str] = {}
            for flaw in row.flaws:
                told.setdefault(flaw.column, flaw.reason)
            self.problems += [Problem(line, column, reason, cells) for column, reason in told.items()]
        else:
            self.rows.append(row)

    def ends_before(self, group: str) -> bool:
        """Whether a row of this group belongs to the next chunk."""
        if self.last_line - self.done < self.rows_at_once and self.characters < CHARACTERS:
            return False
        return not group or group != self.group or self.group_rows >= LONGEST_GROUP


def chunks(table: Table, importer: Importer[Row], done: int) -> Iterator[Chunk[Row]]:
    """The chunks behind row `done`; one is read ahead in a thread while the caller writes."""
    with ThreadPoolExecutor(1, "import-reader") as reader:
        cutting = _cut(table, importer, done)
        ahead = reader.submit(next, cutting, None)
        while chunk := ahead.result():
            ahead = reader.submit(next, cutting, None)
            yield chunk


def _cut(table: Table, importer: Importer[Row], done: int) -> Iterator[Chunk[Row]]:
    chunk: Chunk[Row] = Chunk(done, done, importer.rows_at_once)
    for line, record in enumerate(table.rows, 1):
        cells = importer.plan.row(record)
        if line <= done:
            if not isinstance(cells, Broken):
                importer.skip(cells)
            continue
        row: Row | Flawed
        if isinstance(cells, Broken):
            row, cells = Flawed([Flaw("", cells.reason)]), cells.cells
        else:
            row = importer.read(line, cells)
        group = "" if isinstance(row, Flawed) else importer.group(row)
        if chunk.ends_before(group):
            chunk.position = table.position()
            yield chunk
            chunk = Chunk(line - 1, line - 1, importer.rows_at_once)
        chunk.add(line, row, cells, group)
    if chunk.last_line > chunk.done:
        chunk.position = table.position()
        yield chunk
