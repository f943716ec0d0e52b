"""The few words of RFC 5545 that our calendars are written in."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

OCTETS = 75


def written(lines: Iterable[str]) -> str:
    """A file of these lines."""
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    for old, new in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r", ""), ("\n", "\\n")):
        text = text.replace(old, new)
    return text


def folded(line: str) -> Iterator[str]:
    """A line in parts of at most 75 octets that cut no character; each further one begins with a space."""
    part, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > OCTETS:
            yield part
            part, size = " ", 1
        part, size = part + character, size + width
    yield part
