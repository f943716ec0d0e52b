"""The file of an import, opened as records."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import BinaryIO, cast

from django.core.files.storage import Storage

from customers.imports.errors import Unusable
from customers.imports.models import ImportJob
from customers.imports.records import LINE_LIMIT, Broken, Record, Records

# What `ImportJob.encoding` says of workbooks, whose rows are read from a CSV made of them.
WORKBOOK = "xlsx"
COLUMNS = 500
SEPARATOR_LINE = re.compile(r"sep=.\r?\n?")


class Table:
    """An open file: its column titles, its rows, and how far it has been read."""

    def __init__(self, file: BinaryIO, encoding: str, delimiter: str) -> None:
        self.file = file
        text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
        self.records = Records(text, delimiter)
        first = text.readline(LINE_LIMIT).removeprefix("\ufeff")
        if not SEPARATOR_LINE.fullmatch(first):
            self.records.again.append(first)
        self.rows = iter(self.records)
        self.header = self._header()

    def position(self) -> int:
        """Bytes read so far; a little ahead of the rows."""
        return self.file.tell()

    def skip(self, rows: int) -> None:
        for _row in islice(self.rows, rows):
            pass

    def _header(self) -> list[str]:
        header = next(self._filled(), None)
        if header is None:
            raise Unusable("empty_file")
        if isinstance(header, Broken):
            raise Unusable("broken_header")
        while not header[-1].strip():
            header.pop()
        if len(header) > COLUMNS:
            raise Unusable("too_many_columns")
        return header

    def _filled(self) -> Iterator[Record]:
        return (one for one in self.rows if isinstance(one, Broken) or any(map(str.strip, one)))


@contextmanager
def open_table(job: ImportJob) -> Iterator[Table]:
    """The rows of a job whose encoding and delimiter are known."""
    workbook = job.encoding == WORKBOOK
    with open_file(job.file.storage, csv_name(job) if workbook else str(job.file.name)) as file:
        yield Table(file, "utf-8" if workbook else job.encoding, job.delimiter)


@contextmanager
def open_file(storage: Storage, name: str) -> Iterator[BinaryIO]:
    try:
        opened = storage.open(name, "rb")
    except FileNotFoundError:
        raise Unusable("gone") from None
    with opened:
        yield cast(BinaryIO, opened.file)


def csv_name(job: ImportJob) -> str:
    return f"{job.file.name}.csv"
