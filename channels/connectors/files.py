"""Files that go along with a message: within it, as mail has them, or handed to the provider before it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MEGABYTE = 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument"
# What office people send each other.
DOCUMENTS = frozenset(
    {
        "application/pdf",
        "text/plain",
        f"{OFFICE}.wordprocessingml.document",
        f"{OFFICE}.spreadsheetml.sheet",
        f"{OFFICE}.presentationml.presentation",
    }
)


@dataclass(frozen=True)
class Enclosed:
    """A file that goes along."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class FileKind:
    """What a provider calls a kind of file, which files those are, and how many bytes one may have."""

    name: str
    types: frozenset[str]
    most: int


@dataclass(frozen=True)
class Upload:
    """A file that its provider wants first. What the provider then calls it goes to `slot` in the message."""

    file: Enclosed
    path: str
    slot: tuple[str, str]
    part: str = "media"
    fields: Mapping[str, str] = field(default_factory=dict)


def kind_of(kinds: Iterable[FileKind], media_type: str) -> FileKind | None:
    return next((one for one in kinds if media_type in one.types), None)
