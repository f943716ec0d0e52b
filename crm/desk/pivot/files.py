"""A pivot as a file: all its rows, numbers as numbers, text that no spreadsheet runs."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from io import BytesIO

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from crm.desk.pivot import controls, subjects
from crm.desk.pivot.arranging import Table
from crm.desk.pivot.counting import Path, Value
from crm.lib.downloads import csv_pages

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | float | None


def rows(table: Table) -> Iterator[list[Cell]]:
    """The head, then every row with its whole path, so that the file can be sorted and filtered."""
    layout = table.layout
    yield [
        *(str(one.label) for one in layout.rows),
        *(table.column_label(one) for one in table.columns),
        _("Total"),
    ]
    for path in table.rows:
        yield [*_path(table, path), *_numbers(table, path)]
    yield [_("Total"), *[""] * (len(layout.rows) - 1), *_numbers(table, ())]


def texts(table: Table) -> Iterator[list[str]]:
    """For a CSV file."""
    return (["" if cell is None else str(cell) for cell in row] for row in rows(table))


def workbook(table: Table) -> bytes:
    """One sheet with the table, one that says what it is."""
    book = Workbook(write_only=True)
    _write(book, _("Table"), rows(table))
    _write(book, _("About"), about(table))
    file = BytesIO()
    book.save(file)
    book.close()
    return file.getvalue()


def content(table: Table, kind: str) -> tuple[bytes, str]:
    """The whole file and its type."""
    if kind == "xlsx":
        return workbook(table), XLSX
    return b"".join(csv_pages(texts(table))), "text/csv"


def about(table: Table) -> list[list[Cell]]:
    asked = table.layout.question
    found = [
        [pgettext("pivot", "Number"), str(asked.measure.label)],
        [_("Definition"), str(asked.measure.definition)],
        [pgettext("pivot", "Rows"), ", ".join(str(one.label) for one in table.layout.rows)],
        [_("Columns"), str(table.layout.column.label) if table.layout.column else ""],
        [_("Looks at"), controls.words(asked)],
        [_("Days"), f"{asked.period.first or '…'} – {asked.period.last or '…'}"],
        [_("Currency"), settings.DEFAULT_CURRENCY if asked.measure.is_money else ""],
        [_("As seen by"), str(asked.user)],
        [_("Made"), f"{timezone.localtime():%Y-%m-%d %H:%M}"],
    ]
    if table.left_out:
        found.append([_("Rows left out"), str(table.left_out)])
    return [list(row) for row in found]


def name(table: Table, kind: str) -> str:
    return f"{table.layout.question.subject.key}-{timezone.localtime():%Y%m%d-%H%M}.{kind}"


def _path(table: Table, path: Path) -> list[str]:
    names = [table.name(place, key) for place, key in enumerate(path)]
    return [*names, *[_("Total")] * (len(table.layout.rows) - len(path))]


def _numbers(table: Table, path: Path) -> list[Cell]:
    return [_number(table, path, one) for one in (*table.columns, None)]


def _number(table: Table, path: Path, column: str | None) -> Cell:
    if table.layout.share:
        share = table.share(path, column)
        return None if share is None else round(share, 6)
    return _plain(table.value(path, column), table.layout.measure.kind)


def _plain(value: Value, kind: str) -> Cell:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else round(float(value), 2)
    return round(value, 2) if isinstance(value, float) and kind == subjects.AVERAGE else value


def _write(book: Workbook, title: str, lines: Iterator[list[Cell]] | Sequence[list[Cell]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for place in range(1, 4):
        sheet.column_dimensions[get_column_letter(place)].width = 20
    for number, line in enumerate(lines):
        sheet.append([_cell(sheet, cell, is_head=number == 0) for cell in line])


def _cell(sheet: object, cell: Cell, *, is_head: bool) -> object:
    if not isinstance(cell, str):
        return cell
    made = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", cell))
    made.data_type = "s"
    if is_head:
        made.font = Font(bold=True)
    return made
