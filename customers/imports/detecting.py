"""What kind of file this is: its format, encoding and delimiter. The preview tells, the user may correct."""

import codecs
import csv
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from customers.imports.errors import Unusable

HEAD = 64 * 1024
BLOCK = 1 << 20
DELIMITERS = (",", ";", "\t", "|")
# Encodings offered for correction, as Python spells them, and what people call them.
ENCODINGS = {
    "utf-8": "UTF-8",
    "gb18030": "GB18030 (GBK, GB2312)",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "big5": "Big5",
    "cp1252": "Windows-1252 (Latin)",
    "shift_jis": "Shift JIS",
}
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ARCHIVES = (b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"Rar!", b"\xfd7zXZ")
OTHER_FORMATS = (
    b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PAR1", b"SQLite format 3\0", b"{\\rtf", b"\x7fELF",
    b"MZ\x90", b"RIFF", b"OggS", b"\0\0\0 ftyp", b"ID3",
)  # fmt: skip
WEB_PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html|table|meta|head|workbook)\b", re.IGNORECASE
)
CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
# Runs of bytes above ASCII: Chinese ones come in pairs, accents stand alone between letters.
HIGH_RUNS = re.compile(rb"[\x80-\xff]+")


@dataclass(frozen=True)
class Encoding:
    name: str
    is_clean: bool  # every byte fits


def is_workbook(file: BinaryIO) -> bool:
    """Whether it is XLSX; raises Unusable for everything that is neither XLSX nor text."""
    file.seek(0)
    head = file.read(HEAD)
    if not head:
        raise Unusable("empty_file")
    if head.startswith(b"PK\x03\x04"):
        return _is_xlsx(file)
    if head.startswith(OLE):
        raise Unusable("old_excel")
    if head.startswith(ARCHIVES):
        raise Unusable("zip")
    if WEB_PAGE.match(head.removeprefix(codecs.BOM_UTF8)):
        raise Unusable("web_page")
    if head.startswith(OTHER_FORMATS) or _is_binary(head):
        raise Unusable("not_a_table")
    return False


def detect_encoding(file: BinaryIO) -> Encoding:
    """The encoding of the whole file: by a mark at its start, the pattern of its NULs, or what fits."""
    file.seek(0)
    head = file.read(HEAD)
    for mark, name in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return Encoding(name, fits(file, name))
    if wide := _wide(head):
        return Encoding(wide, fits(file, wide))
    if fits(file, "utf-8"):
        return Encoding("utf-8", is_clean=True)
    names = _candidates(_around_high_bytes(file))
    fitting = (Encoding(name, is_clean=True) for name in names if fits(file, name))
    return next(fitting, Encoding(names[0], is_clean=False))


def fits(file: BinaryIO, encoding: str) -> bool:
    """Whether every byte of the file can be read in this encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        for block in iter(lambda: file.read(BLOCK), b""):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def detect_delimiter(sample: str) -> str:
    """The sign that cuts the sample into the most even rows of more than one cell."""
    if found := re.match(r"\ufeff?sep=(.)\r?\n", sample):
        return found[1]
    return max(DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))


def _is_xlsx(file: BinaryIO) -> bool:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Unusable("bad_workbook") from None
    if "xl/workbook.xml" in names:
        return True
    raise Unusable("not_a_table" if "mimetype" in names or "word/document.xml" in names else "zip")


def _is_binary(head: bytes) -> bool:
    return not _wide(head) and len(CONTROLS.findall(head)) > len(head) / 20


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: half of its bytes are NUL wherever there is ASCII, always the same half."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    enough = max(4, len(head) / 40)
    if odd > enough and odd > 8 * even:
        return "utf-16-le"
    if even > enough and even > 8 * odd:
        return "utf-16-be"
    return ""


def _around_high_bytes(file: BinaryIO) -> bytes:
    """The first blocks that hold anything but ASCII."""
    found = b""
    file.seek(0)
    for block in iter(lambda: file.read(BLOCK), b""):
        if not block.isascii():
            found += block
        if len(found) > 2 * BLOCK:
            break
    return found


def _candidates(sample: bytes) -> tuple[str, ...]:
    """For bytes that are not all UTF-8: damaged UTF-8, East Asian, or Western."""
    decoded = sample.decode("utf-8", errors="replace")
    damaged = decoded.count("\ufffd")
    letters = sum(char > "\x7f" for char in decoded) - damaged
    # Of Chinese bytes a seventh make a letter of UTF-8 by chance.
    if letters > 3 * damaged:
        return ("utf-8",)
    runs = Counter(len(run) for run in HIGH_RUNS.findall(sample))
    high = sum(length * amount for length, amount in runs.items())
    paired = sum(length * amount for length, amount in runs.items() if length > 1)
    return ("gb18030", "big5", "shift_jis") if paired > 0.7 * high else ("cp1252",)


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    widths = Counter(len(cells) for cells in _cut(sample, delimiter) if cells)
    if not widths:
        return 0, 0
    (width, rows), *_others = sorted(widths.items(), key=lambda one: (one[1], one[0]), reverse=True)
    return (rows / widths.total() if width > 1 else 0), width


def _cut(sample: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(sample.splitlines(keepends=True)[:100], delimiter=delimiter)
    except csv.Error:
        return
