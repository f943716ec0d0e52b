"""What a file that came with a message is. Everything is kept, nothing is believed."""

import re
import unicodedata
from io import BytesIO
from pathlib import PurePosixPath

from customers.files.sniffing import kind_of

UNKNOWN = "application/octet-stream"
# Shown inside a message: pictures made of points, which no browser takes for a page or a program.
SHOWABLE = ("image/png", "image/jpeg", "image/gif", "image/webp")
FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
SPACES = re.compile(r"\s+")
LONGEST_NAME = 120


def media_type(data: bytes) -> str:
    """As its content says."""
    kind = kind_of(BytesIO(data))
    return kind.media_type if kind else UNKNOWN


def is_showable(data: bytes) -> bool:
    return media_type(data) in SHOWABLE


def safe_name(name: str, default: str = "file") -> str:
    """One line that any system can store and that hides no ending."""
    name = unicodedata.normalize("NFC", PurePosixPath(name.replace("\\", "/")).name)
    name = "".join(sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    name = SPACES.sub(" ", FORBIDDEN.sub("_", name)).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if dot and len(ending) <= 10:
        return f"{stem[: LONGEST_NAME - len(ending)].strip(' .') or default}.{ending}"
    return name[:LONGEST_NAME].strip(" .") or default
