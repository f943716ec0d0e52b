"""What a file is, as its content says. Its name and what the browser claims are only believed if they agree.

Whatever a browser might run in our name (HTML, SVG, scripts) and programs are not on the list, so they are
refused; and what is on it is handed out as a download, never shown.
"""

import zipfile
from dataclasses import dataclass
from typing import IO

HEAD = 4096
# How a container of many parts is told apart: by a part that only its kind has.
OFFICE = {
    "word/": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xl/": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ppt/": ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
}
MOST_PARTS = 10_000


@dataclass(frozen=True)
class Kind:
    media_type: str
    endings: tuple[str, ...]


MAGIC: tuple[tuple[bytes, int, Kind], ...] = (
    (b"%PDF-", 0, Kind("application/pdf", ("pdf",))),
    (b"\x89PNG\r\n\x1a\n", 0, Kind("image/png", ("png",))),
    (b"\xff\xd8\xff", 0, Kind("image/jpeg", ("jpg", "jpeg"))),
    (b"GIF8", 0, Kind("image/gif", ("gif",))),
    (b"WEBP", 8, Kind("image/webp", ("webp",))),
    (b"ftypheic", 4, Kind("image/heic", ("heic",))),
    (b"ftypmif1", 4, Kind("image/heic", ("heic",))),
    (b"ftyp", 4, Kind("video/mp4", ("mp4", "m4a", "mov"))),
    (b"ID3", 0, Kind("audio/mpeg", ("mp3",))),
    (b"\xff\xfb", 0, Kind("audio/mpeg", ("mp3",))),
    (b"WAVE", 8, Kind("audio/wav", ("wav",))),
    (b"#!AMR", 0, Kind("audio/amr", ("amr",))),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, Kind("application/x-ole-storage", ("doc", "xls", "ppt", "msg"))),
)
TEXT = Kind("text/plain", ("txt", "csv", "tsv", "md", "log", "eml", "vcf", "ics"))
ZIP = Kind("application/zip", ("zip",))
# By media type: the endings people know such files by.
ENDINGS_OF = {
    **{kind.media_type: kind.endings for *_, kind in MAGIC},
    **{media_type: (ending,) for ending, media_type in OFFICE.values()},
    TEXT.media_type: TEXT.endings,
    ZIP.media_type: ZIP.endings,
}
ENDINGS = sorted(
    {ending for *_, kind in MAGIC for ending in kind.endings}
    | {*TEXT.endings, *ZIP.endings}
    | {ending for ending, _type in OFFICE.values()}
)


def kind_of(file: IO[bytes]) -> Kind | None:
    """The kind of an open file, which is left at its beginning; None for what we do not keep."""
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    for magic, offset, kind in MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _container(file)
    return TEXT if _is_text(head) else None


def _container(file: IO[bytes]) -> Kind | None:
    """Reads the list of parts only; nothing is unpacked, so a bomb stays asleep."""
    try:
        with zipfile.ZipFile(file) as parts:
            names = parts.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    finally:
        file.seek(0)
    if len(names) > MOST_PARTS:
        return None
    if "[Content_Types].xml" in names:
        for folder, (ending, media_type) in OFFICE.items():
            if any(name.startswith(folder) for name in names):
                # Macros run on the reader's machine: the ending is that of files without, the content is not.
                has_macros = any(name.endswith("vbaProject.bin") for name in names)
                return None if has_macros else Kind(media_type, (ending,))
    return ZIP


def _is_text(head: bytes) -> bool:
    """Plain text in UTF-8 or GB18030, without control characters and without the look of a web page."""
    if not head or any(byte < 9 or 13 < byte < 32 for byte in head):
        return False
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if start.startswith((b"<", b"#!")) or b"<html" in start or b"<svg" in start or b"<script" in start:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            # The head may end in the middle of a character.
            head[: len(head) - 4 if len(head) == HEAD else len(head)].decode(encoding)
        except UnicodeDecodeError as broken:
            if len(head) == HEAD and broken.start > len(head) - 12:
                return True
        else:
            return True
    return False
