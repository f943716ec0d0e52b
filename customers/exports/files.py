"""The two kinds of files. Each says who took it along: in its name, in every row, in its properties."""

import codecs
import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol, Self

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from customers.exports.models import ExportJob

NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,2})?")
LONGEST_CELL = 32_767


@dataclass(frozen=True)
class Watermark:
    """Who, when, and which export."""

    who: str
    username: str
    at: datetime
    number: int
    format: str

    @classmethod
    def of(cls, job: ExportJob) -> "Watermark":
        by = job.created_by
        return cls(str(by), by.username, timezone.localtime(), job.pk, job.format)

    @property
    def line(self) -> str:
        return f"{self.who} ({self.username}) · {self.at:%Y-%m-%d %H:%M} · {self.number}"

    @property
    def file_name(self) -> str:
        who = re.sub(r"[^\w.-]+", "-", self.username)
        return f"customers-{who}-{self.at:%Y%m%d-%H%M}-{self.number}.{self.format}"


class Writer(Protocol):
    def __enter__(self) -> Self: ...

    def __exit__(self, *problem: Any) -> None: ...

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Appends rows; their cells are safe already."""


class Csv:
    """UTF-8 that Excel recognises, every cell quoted."""

    file: IO[str]

    def __init__(self, path: Path, titles: Sequence[str], mark: Watermark) -> None:
        self.path, self.titles = path, titles

    def __enter__(self) -> Self:
        self.file = self.path.open("w", encoding="utf-8", errors="replace", newline="")
        self.file.write(codecs.BOM_UTF8.decode())
        self.writer = csv.writer(self.file, quoting=csv.QUOTE_ALL)
        self.writer.writerow(self.titles)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        self.writer.writerows(rows)


class Xlsx:
    """Rows go to disk as they come. Text is marked as text, amounts as numbers, nothing is a formula."""

    def __init__(self, path: Path, titles: Sequence[str], mark: Watermark) -> None:
        self.path, self.titles, self.mark = path, titles, mark

    def __enter__(self) -> Self:
        self.book = Workbook(write_only=True)
        self.book.properties.creator = self.mark.line
        self.book.properties.description = self.mark.line
        self.sheet = self.book.create_sheet(_("Customers"))
        self.sheet.oddFooter.left.text = self.mark.line.replace("&", "&&")
        self.sheet.freeze_panes = "A2"
        for number in range(1, len(self.titles) + 1):
            self.sheet.column_dimensions[get_column_letter(number)].width = 18
        head = [WriteOnlyCell(self.sheet, title) for title in self.titles]
        for cell in head:
            cell.font = Font(bold=True)
        self.sheet.append(head)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if problem is None:
            self.book.save(self.path)
        self.book.close()

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        for row in rows:
            self.sheet.append([self._cell(text) for text in row])

    def _cell(self, text: str) -> Any:
        # Numbers with leading zeros are codes, and codes are text.
        if NUMBER.fullmatch(text) and not text.lstrip("-").startswith("0") and len(text) < 12:
            return float(text) if "." in text else int(text)
        cell = WriteOnlyCell(self.sheet, ILLEGAL_CHARACTERS_RE.sub("", text)[:LONGEST_CELL])
        cell.data_type = "s"
        return cell


WRITERS: dict[str, type[Csv] | type[Xlsx]] = {"csv": Csv, "xlsx": Xlsx}
