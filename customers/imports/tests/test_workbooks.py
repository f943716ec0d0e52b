"""XLSX: real ones become rows, hostile ones a sentence."""

import io
import resource
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from customers.imports import workbooks
from customers.imports.errors import Unusable
from customers.imports.tests.conftest import Import, counts, reasons
from customers.models import Customer

pytestmark = pytest.mark.django_db


def workbook(*rows: tuple[Any, ...], sheets: int = 1) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    for number in range(1, sheets):
        book.create_sheet(f"more {number}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content: bytes, replaced: dict[str, bytes]) -> bytes:
    """The workbook with some of its members written anew."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, replaced.get(name, old.read(name)))
        for name in replaced.keys() - set(old.namelist()):
            new.writestr(name, replaced[name])
    return out.getvalue()


def test_a_workbook_comes_in(take: Import) -> None:
    job = take(
        workbook(
            ("客户编号", "姓名", "手机", "生日", "城市"),
            (7, "李明", 13800138000, date(1988, 5, 3), "上海"),
            ("0008", "王芳", "139 1234 5678", datetime(1990, 12, 1), None),
        ),
        file_name="members.xlsx",
    )

    assert (job.status, job.encoding, counts(job)) == ("done", "xlsx", (2, 0, 0, 0, 0))
    li = Customer.objects.get(profiles__source_key="7")
    assert (li.name, li.phone, li.birthday, li.city) == ("李明", "+8613800138000", date(1988, 5, 3), "上海")
    assert Customer.objects.get(profiles__source_key="0008").birthday == date(1990, 12, 1)


def test_twice_is_once(take: Import) -> None:
    content = workbook(("number", "name"), (1, "Anna"), (2, "Paul"))
    take(content, file_name="a.xlsx")

    assert counts(take(content, file_name="a.xlsx")) == (0, 0, 2, 0, 0)


def test_formulas_without_a_result_are_told(take: Import) -> None:
    job = take(
        workbook(("number", "name"), ("1", "=A2&B2"), ("2", "#REF!"), ("3", "fine")), file_name="f.xlsx"
    )

    assert reasons(job) == [(1, "name", "formula_error"), (2, "name", "formula_error")]
    assert counts(job) == (1, 0, 0, 0, 2)


def test_only_the_first_sheet_is_read_and_the_preview_says_so(look: Import) -> None:
    assert look(workbook(("name",), ("x",), sheets=3), file_name="s.xlsx").warnings == ["other_sheets"]


def test_a_title_row_alone_is_no_table(look: Import) -> None:
    job = look(workbook(("name", "phone")), file_name="t.xlsx")

    assert (job.status, job.error) == ("failed", "no_rows")


@pytest.mark.parametrize("declared", [True, False], ids=["says how large it is", "lies about it"])
def test_a_bomb_is_not_unpacked(declared: bool) -> None:
    bomb = repacked(workbook(("name",), ("x",)), {"xl/worksheets/sheet1.xml": b" " * (300 << 20)})
    if not declared:
        bomb = bomb.replace((300 << 20).to_bytes(4, "little"), (1 << 10).to_bytes(4, "little"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(Unusable) as refused:
        workbooks.to_csv(io.BytesIO(bomb), io.StringIO(), lambda: None)

    assert refused.value.code in ("bomb", "bad_workbook")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_an_entity_bomb_is_refused() -> None:
    entities = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    sheet = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "boom">' + entities + b"]><worksheet>&a9;</worksheet>"
    )
    bomb = repacked(workbook(("name",), ("x",)), {"xl/worksheets/sheet1.xml": sheet})

    with pytest.raises(Unusable) as refused:
        workbooks.to_csv(io.BytesIO(bomb), io.StringIO(), lambda: None)
    assert refused.value.code == "bad_workbook"


def test_too_many_members_are_refused() -> None:
    many = repacked(workbook(("name",), ("x",)), {f"xl/media/{n}": b"" for n in range(2100)})

    with pytest.raises(Unusable) as refused:
        workbooks.check(io.BytesIO(many))
    assert refused.value.code == "bomb"


@pytest.mark.parametrize(
    "sheet",
    [
        b"",
        b"<worksheet",
        b"<worksheet><sheetData><row r='x'><c r='1A'><v>1</v></c></row></sheetData></worksheet>",
        b"\0" * 100,
    ],
)
def test_a_damaged_workbook_says_so(look: Import, sheet: bytes) -> None:
    job = look(repacked(workbook(("name",), ("x",)), {"xl/worksheets/sheet1.xml": sheet}), file_name="d.xlsx")

    assert job.status == "failed"
    assert job.error in ("bad_workbook", "empty_file", "no_rows")


def test_an_archive_of_tables_is_no_workbook(look: Import) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("customers.csv", "name\nx\n")

    assert look(out.getvalue(), file_name="c.zip").error == "zip"


def test_numbers_keep_what_matters() -> None:
    assert workbooks.text_of(13800138000.0) == "13800138000"
    assert workbooks.text_of(29.33) == "29.33"
    assert workbooks.text_of(29.330000000000002) == "29.33"
    assert workbooks.text_of(True) == "True"
    assert workbooks.text_of(datetime(2024, 1, 31, 8, 30)) == "2024-01-31 08:30:00"
