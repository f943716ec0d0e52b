"""CSV of any quality as records, in constant memory. What cannot be a row comes as `Broken`, never silently.

The standard reader does the work. Around it stands what it lacks: an end to lines and cells of any length,
and a way back when a quotation mark that is never closed swallows the rows after it.
"""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

LINE_LIMIT = 1_000_000  # characters in a physical line
RECORD_LINES = 1_000  # physical lines in one record
LOOK_AHEAD = 20
SHOWN = 200  # characters of a broken line that are kept to show


@dataclass(frozen=True)
class Broken:
    """A row that is none: why, and what can be shown of it."""

    reason: str
    cells: list[str]


Record = list[str] | Broken


class TooLong(Exception):
    """A line or a record is longer than any table has."""


class Records:
    """Iterates over the records of an open text file; blank lines are none."""

    def __init__(self, text: TextIO, delimiter: str) -> None:
        self.text, self.delimiter = text, delimiter
        self.again: deque[str] = deque()  # lines to be read a second time
        self.held: list[str] = []  # lines of the record that is being read
        self.width = 0  # cells of the first record
        self.ended = False

    def __iter__(self) -> Iterator[Record]:
        while not self.ended:
            reader = csv.reader(self._lines(), delimiter=self.delimiter)
            try:
                for cells in reader:
                    if self.ended:  # the file ended inside quotation marks
                        break
                    self.held.clear()
                    if cells:
                        self.width = self.width or len(cells)
                        yield cells
            except (csv.Error, TooLong):
                pass
            if self.held:
                yield from self._mend()

    def _lines(self) -> Iterator[str]:
        held, readline = self.held, self.text.readline
        held.clear()
        while line := self.again.popleft() if self.again else readline(LINE_LIMIT):
            held.append(line)
            if len(line) >= LINE_LIMIT or (len(held) > 1 and self._is_too_long()):
                raise TooLong
            yield line
        self.ended = True

    def _is_too_long(self) -> bool:
        return len(self.held) > RECORD_LINES or sum(map(len, self.held)) > LINE_LIMIT

    def _mend(self) -> Iterator[Broken]:
        """Decides what the held lines are: rows behind an open quotation mark, or one huge row."""
        first, *rest = self.held
        self.held.clear()
        if len(first) >= LINE_LIMIT:
            self._skip_line(first)
            yield Broken("cell_too_long", self._shown(first))
        elif rest and self._are_rows(rest):
            self.again.extendleft(reversed(rest))
            self.ended = False
            yield Broken("broken_quote", self._shown(first))
        elif self.ended:
            # Neither rows nor an end: each line is told, so that none is lost and none becomes a customer.
            yield from (Broken("broken_quote", self._shown(line)) for line in (first, *rest))
        else:
            self._skip_record(sum(line.count('"') for line in (first, *rest)))
            yield Broken("cell_too_long", self._shown(first))

    def _are_rows(self, lines: list[str]) -> bool:
        """Whether most lines, each read alone, have as many cells as the table has columns."""
        some = lines[:LOOK_AHEAD]
        fitting = sum(len(self._cells(line)) == self.width for line in some)
        return fitting >= 0.8 * len(some)

    def _cells(self, line: str) -> list[str]:
        try:
            return next(csv.reader([line], delimiter=self.delimiter), [])
        except csv.Error:
            return []

    def _shown(self, line: str) -> list[str]:
        return [cell[:SHOWN] for cell in line[: SHOWN * 50].rstrip("\r\n").split(self.delimiter)[:50]]

    def _skip_line(self, line: str) -> None:
        while line and line[-1] not in "\r\n":
            line = self.text.readline(LINE_LIMIT)

    def _skip_record(self, quotes: int) -> None:
        """Reads on to where the quotation marks are closed."""
        while quotes % 2 and (line := self.text.readline(LINE_LIMIT)):
            quotes += line.count('"')
