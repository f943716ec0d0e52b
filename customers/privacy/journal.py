"""The journal of erasures: a file outside of the database and its backups, by which a restored backup is
erased again. One line per customer: the number and a keyed hash. It names nobody.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Line:
    customer: int
    mark: str
    at: str


def path() -> Path:
    return Path(settings.ERASURE_JOURNAL)


def add(line: Line) -> None:
    """On disk when this returns. The same line twice does no harm."""
    path().parent.mkdir(parents=True, exist_ok=True)
    with path().open("a", encoding="ascii") as file:
        file.write(json.dumps(asdict(line)) + "\n")
        file.flush()
        os.fsync(file.fileno())


def lines(source: Path) -> Iterator[Line]:
    """What the journal says. A line that a crash cut off is left out: the sweep writes it again."""
    with source.open(encoding="ascii", errors="replace") as file:
        for text in file:
            try:
                said = json.loads(text)
                yield Line(int(said["customer"]), str(said["mark"]), str(said["at"]))
            except (ValueError, KeyError, TypeError):
                continue
