"""What kind of file it is, in which encoding and with which delimiter."""

import codecs
import io

import pytest

from customers.imports.detecting import detect_delimiter, detect_encoding, is_workbook
from customers.imports.errors import Unusable

CHINESE = "客户编号,姓名,城市\n" + "C001,李明,上海\nC002,欧阳娜娜,哈尔滨\n" * 40


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (CHINESE.encode(), "utf-8"),
        (codecs.BOM_UTF8 + CHINESE.encode(), "utf-8"),
        (CHINESE.encode("gb18030"), "gb18030"),
        (CHINESE.encode("utf-16"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + CHINESE.encode("utf-16-be"), "utf-16-be"),
        (CHINESE.encode("utf-16-le"), "utf-16-le"),
        (CHINESE.encode("utf-16-be"), "utf-16-be"),
        (b"id,name\n1,x\n", "utf-8"),
        ("name,city\nJosé,Málaga\nBjörn,Malmö\n".encode("cp1252"), "cp1252"),
    ],
)
def test_encodings(content: bytes, encoding: str) -> None:
    found = detect_encoding(io.BytesIO(content))

    assert (found.name, found.is_clean) == (encoding, True)


def test_the_first_chinese_byte_may_come_late() -> None:
    content = b"id,name\n" + b"1,ascii only\n" * 200_000 + "2,李明\n".encode("gb18030") * 5

    assert detect_encoding(io.BytesIO(content)).name == "gb18030"


def test_damaged_utf_8_stays_utf_8() -> None:
    found = detect_encoding(io.BytesIO(CHINESE.encode() + b"C003,\xff,x\n"))

    assert (found.name, found.is_clean) == ("utf-8", False)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    rows = [["id", "name", "note"], ["1", "Li, Ming", "a;b"], ["2", "x", "y|z"], ["3", "p", "q"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)

    assert detect_delimiter(text) == delimiter


def test_the_line_of_excel_says_which() -> None:
    assert detect_delimiter("sep=;\na,b,c;d\n1,2,3;4\n") == ";"


def test_one_column_has_no_delimiter_to_find() -> None:
    assert detect_delimiter("name\nLi Ming\nWang Fang\n") == ","


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty_file"),
        (b"%PDF-1.7\n...", "not_a_table"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "old_excel"),
        (b"\x1f\x8b\x08\0rest", "zip"),
        (b"PK\x03\x04 not really", "bad_workbook"),
        (b"<html><table><tr><td>1</td></tr></table>", "web_page"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn">', "web_page"),
        (bytes(range(256)) * 20, "not_a_table"),
    ],
)
def test_what_is_no_table_says_so(content: bytes, reason: str) -> None:
    with pytest.raises(Unusable) as refused:
        is_workbook(io.BytesIO(content))
    assert refused.value.code == reason
