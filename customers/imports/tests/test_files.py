"""Bad files: each gets a sentence, none an exception, and nothing is lost."""

import pytest
from django.utils.translation import override

from customers.imports import runner
from customers.imports.models import ImportJob
from customers.imports.problems import FILE, ROW, WARNINGS, sentence
from customers.imports.tests.conftest import Import, counts, reasons
from customers.models import Customer

pytestmark = pytest.mark.django_db

ROWS = "编号,姓名,城市\n1,李明,上海\n2,欧阳娜娜,哈尔滨\n"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b" \n\n  \n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"name,phone\n", "no_rows"),
        (b"name,phone\n\n\n", "no_rows"),
        (b"%PDF-1.4", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "old_excel"),
        (b"PK\x03\x04broken", "bad_workbook"),
        (",".join(f"c{n}" for n in range(501)).encode() + b"\n1\n", "too_many_columns"),
        (b'"name,phone\nx,y', "broken_header"),
        (b"<html><body>sign in</body></html>", "web_page"),
    ],
)
def test_a_file_that_is_no_table_gets_a_sentence(look: Import, content: bytes, error: str) -> None:
    job = look(content)

    assert (job.status, job.error) == ("failed", error)
    assert str(sentence(error)) != error


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_same_rows_in_any_encoding(take: Import, encoding: str) -> None:
    assert counts(take(ROWS.encode(encoding)))[0] == 2
    assert Customer.objects.filter(name="欧阳娜娜", city="哈尔滨").exists()


def test_an_encoding_that_cannot_be_told_apart_can_be_chosen(take: Import) -> None:
    take("編號,姓名,城市\n1,王小明,臺北\n".encode("big5"), encoding="big5", mapping={"number": 0, "name": 1})

    assert Customer.objects.get().name == "王小明"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter(take: Import, delimiter: str) -> None:
    assert counts(take(ROWS.replace(",", delimiter)))[0] == 2


def test_excel_s_line_with_the_separator_is_no_row(take: Import) -> None:
    job = take("sep=;\nnumber;name\n1;Li, Ming\n")

    assert (job.delimiter, job.header) == (";", ["number", "name"])
    assert Customer.objects.get().name == "Li, Ming"


def test_blank_lines_before_the_titles_are_passed_over(look: Import) -> None:
    assert look("\n\n ,\nnumber,name\n1,Li\n").header == ["number", "name"]


def test_titles_that_are_empty_or_double_are_numbered(take: Import) -> None:
    job = take("name,,name,phone\nLi,x,y,\n")

    assert job.warnings == ["renamed_columns"]
    assert job.mapping == {"name": 0, "phone": 3}
    assert Customer.objects.get().profiles.get().raw == {"name": "Li", "#2": "x", "name (2)": "y"}


def test_characters_that_do_not_fit_are_left_out_row_by_row(take: Import) -> None:
    job = take("编号,姓名\n1,李明\n".encode() + b"2,\xff\xfe\n" + "3,王芳\n".encode())

    assert job.warnings == ["undecodable"]
    assert reasons(job) == [(2, "", "undecodable")]
    assert counts(job) == (2, 0, 0, 0, 1)


def test_a_cell_of_a_hundred_megabytes_is_one_line_of_the_error_file(take: Import) -> None:
    job = take(b"number,name\n1," + b"x" * (100 << 20) + b"\n2,Li\n")

    assert reasons(job) == [(1, "", "cell_too_long")]
    assert counts(job) == (1, 0, 0, 0, 1)


def test_a_quote_that_is_never_closed_costs_one_row(take: Import) -> None:
    rows = "".join(f"{number},Person {number}\n" for number in range(2, 3000))

    job = take(f'number,name\n1,"open\n{rows}')

    assert reasons(job) == [(1, "", "broken_quote")]
    assert counts(job) == (2998, 0, 0, 0, 1)


def test_text_that_looks_like_a_formula_is_text(take: Import) -> None:
    take("number,name\n1,=cmd|' /C calc'!A0\n2,'+Li\n3,@SUM(A1)\n")

    assert set(Customer.objects.values_list("name", flat=True)) == {"=cmd|' /C calc'!A0", "+Li", "@SUM(A1)"}


def test_the_file_may_be_gone(look: Import) -> None:
    job = look("name\nLi\n")
    job.file.delete(save=False)
    ImportJob.objects.update(status="queued")
    runner.run(job.pk)
    job.refresh_from_db()

    assert (job.status, job.error) == ("failed", "gone")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_reason_has_words(language: str) -> None:
    with override(language):
        assert all(str(sentence(code)) not in ("", code) for code in (*FILE, *ROW, *WARNINGS))


def test_columns_with_strange_titles_are_guessed_by_what_they_hold(look: Import) -> None:
    job = look("Spalte A,Spalte B,name\n13800138000,a@example.com,Li\n13912345678,b@example.com,Wang\n")

    assert job.mapping == {"name": 2, "phone": 0, "email": 1}
