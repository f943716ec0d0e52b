"""XLSX to CSV, once, in constant memory. What follows then reads one format, and can start anywhere in it."""

import csv
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime, time
from typing import Any, BinaryIO, TextIO

from openpyxl import load_workbook
from openpyxl.reader.excel import ReadOnlyWorksheet

from customers.imports.errors import Unusable
from customers.imports.tables import COLUMNS

MEMBERS = 2_000
UNPACKED = 2 << 30
# Real workbooks pack 5 to 30 times; a bomb packs a thousand times.
RATIO, RATIO_FROM = 150, 64 << 20
# openpyxl keeps all shared texts in memory.
SHARED_TEXTS = 160 << 20
BLOCK = 1 << 20
UNCALCULATED = "#FORMULA! "
TICK = 5_000


def check(file: BinaryIO) -> None:
    """Looks at the table of contents only: what a bomb declares is known before anything is unpacked."""
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
    packed = sum(member.compress_size for member in members) or 1
    unpacked = sum(member.file_size for member in members)
    if len(members) > MEMBERS or unpacked > UNPACKED:
        raise Unusable("bomb")
    if unpacked > RATIO_FROM and unpacked > RATIO * packed:
        raise Unusable("bomb")
    if any(one.filename.endswith("sharedStrings.xml") and one.file_size > SHARED_TEXTS for one in members):
        raise Unusable("too_wide_workbook")


def to_csv(file: BinaryIO, out: TextIO, tick: Callable[[], None]) -> int:
    """Writes the first sheet as CSV, without its empty rows; returns how many sheets there are."""
    check(file)
    writer = csv.writer(out)
    sheets = _sheets(file)
    for number, cells in enumerate(_guarded(_rows(file))):
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > COLUMNS:
            raise Unusable("too_many_columns")
        if cells:
            writer.writerow(cells)
        if number % TICK == 0:
            tick()
    return sheets


def _guarded(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """A damaged or hostile workbook makes the library raise whatever its parser stumbles over."""
    try:
        yield from rows
    except MemoryError:
        raise
    except Exception as error:
        raise Unusable("bad_workbook") from error


def _sheets(file: BinaryIO) -> int:
    with zipfile.ZipFile(file) as archive:
        return sum(name.startswith("xl/worksheets/sheet") for name in archive.namelist())


def _rows(file: BinaryIO) -> Iterator[list[str]]:
    with closing(load_workbook(file, read_only=True, data_only=True)) as book:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a workbook says of its size is often wrong
        yield from _with_formulas(file, sheet) if _has_formulas(file) else _values(sheet)


def _values(sheet: ReadOnlyWorksheet) -> Iterator[list[str]]:
    for cells in sheet.iter_rows(values_only=True):
        yield [text_of(cell) for cell in cells]


def _with_formulas(file: BinaryIO, sheet: ReadOnlyWorksheet) -> Iterator[list[str]]:
    """A formula whose result was never calculated would read as empty: it is marked instead."""
    with closing(load_workbook(file, read_only=True, data_only=False)) as book:
        written = book.worksheets[0]
        written.reset_dimensions()
        pairs = zip(sheet.iter_rows(values_only=True), written.iter_rows(values_only=True), strict=True)
        for values, formulas in pairs:
            yield [
                f"{UNCALCULATED}{formula}" if value is None and formula is not None else text_of(value)
                for value, formula in zip(values, formulas, strict=True)
            ]


def _has_formulas(file: BinaryIO) -> bool:
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                with archive.open(name) as sheet:
                    before = b""
                    while block := sheet.read(BLOCK):
                        if b"<f>" in before + block or b"<f " in before + block:
                            return True
                        before = block[-3:]
    return False


def text_of(value: Any) -> str:
    """A cell as somebody would have typed it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
