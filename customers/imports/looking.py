"""The first look at an uploaded file: what it is, its titles and first rows, what its columns seem to be."""

import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO

from django.core.files import File

from crm.lib import phones
from crm.lib.columns import guess, unique_titles
from crm.lib.reading import Unreadable, email
from customers.imports import mappings, workbooks
from customers.imports.detecting import detect_delimiter, detect_encoding, fits, is_workbook
from customers.imports.errors import Unusable
from customers.imports.models import ImportJob
from customers.imports.plans import columns_for
from customers.imports.records import Broken
from customers.imports.tables import WORKBOOK, Table, csv_name, open_file, open_table

SAMPLE_ROWS = 10
SAMPLE_TEXT = 256 * 1024
LONGEST_TITLE = 200
IDENTIFYING = {"number", "phone", "email", "card", "openid", "unionid"}


@dataclass
class Look:
    encoding: str
    delimiter: str
    total_bytes: int
    header: list[str] = field(default_factory=list)
    sample: list[list[str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def look_at(job: ImportJob, tick: Callable[[], None]) -> dict[str, Any]:
    """What the job should know before its preview. An encoding or delimiter that is set is a correction."""
    with open_file(job.file.storage, str(job.file.name)) as file:
        look = _workbook(job, file, tick) if is_workbook(file) else _text(job, file)
    job.encoding, job.delimiter = look.encoding, look.delimiter
    with open_table(job) as table:
        _read_start(look, table)
    columns = columns_for(job.kind, job.created_by)
    if saved := mappings.find(job, look.header):
        found = mappings.used(job, saved)
        return vars(look) | found | {"mapping": mappings.apply(saved, look.header, columns)}
    mapping = guess(look.header, columns)
    _guess_contacts(mapping, look)
    return vars(look) | {"mapping": {name: mapping[name] for name in mapping if name in columns}}


def hints(kind: str, mapping: dict[str, int]) -> list[str]:
    """What the chosen columns mean for the import, said before it runs."""
    if kind == ImportJob.Kind.CUSTOMERS:
        return [] if IDENTIFYING & mapping.keys() else ["no_identity"]
    return [] if "order_number" in mapping else ["no_order_number"]


def _workbook(job: ImportJob, file: BinaryIO, tick: Callable[[], None]) -> Look:
    """Writes the CSV that the rows will be read from, in place of what a crash may have left of it."""
    with tempfile.TemporaryFile() as out:
        text = io.TextIOWrapper(out, encoding="utf-8", newline="")
        sheets = workbooks.to_csv(file, text, tick)
        text.flush()
        size = out.tell()
        job.file.storage.delete(csv_name(job))
        job.file.storage.save(csv_name(job), File(out))
    return Look(WORKBOOK, ",", size, warnings=["other_sheets"] if sheets > 1 else [])


def _text(job: ImportJob, file: BinaryIO) -> Look:
    if job.encoding:
        name, is_clean = job.encoding, fits(file, job.encoding)
    else:
        found = detect_encoding(file)
        name, is_clean = found.name, found.is_clean
    file.seek(0)
    sample = file.read(SAMPLE_TEXT).decode(name, errors="replace")
    delimiter = job.delimiter or detect_delimiter(sample)
    size = file.seek(0, io.SEEK_END)
    return Look(name, delimiter, size, warnings=[] if is_clean else ["undecodable"])


def _read_start(look: Look, table: Table) -> None:
    look.header = [_storable(title)[:LONGEST_TITLE] for title in table.header]
    if unique_titles(look.header) != [title.strip() for title in look.header]:
        look.warnings.append("renamed_columns")
    rows = [row for row in islice(table.rows, SAMPLE_ROWS * 5) if row]
    if not rows:
        raise Unusable("no_rows")
    shown = [row for row in rows if not isinstance(row, Broken) and any(map(str.strip, row))]
    look.sample = [[_storable(cell)[:500] for cell in row] for row in shown[:SAMPLE_ROWS]]


def _storable(text: str) -> str:
    """PostgreSQL has no NUL."""
    return text.replace("\x00", "\u2400")


def _guess_contacts(mapping: dict[str, int], look: Look) -> None:
    """Columns with strange titles whose content can only be phones or e-mail."""
    for name, read in (("email", email), ("phone", phones.normalise)):
        for index in range(len(look.header)):
            if name not in mapping and index not in mapping.values():
                cells = [row[index] for row in look.sample if len(row) > index and row[index].strip()]
                if cells and all(_reads(read, cell) for cell in cells):
                    mapping[name] = index


def _reads(read: Callable[[str], str], cell: str) -> bool:
    try:
        found = read(cell)
    except Unreadable:
        return False
    return "@" in found or found.startswith("+861")
