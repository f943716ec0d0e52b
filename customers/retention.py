"""How long each kind of data is kept. Apps register theirs in `AppConfig.ready()`:

    retention.register(Kind("import-files", _("Uploaded files"), _("…"), 30, rows, dispose))

`rows(before)` are those whose time is over, `dispose(ids)` ends them in the caller's transaction and says how
many there were; asked again, they must no longer be among `rows`. `sample(row)` names one row on the preview,
without personal data. No rule works before somebody has seen its preview and switched it on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

Text = str | Promise


def _number(row: Any) -> str:
    return f"#{row.pk}"


@dataclass(frozen=True)
class Kind:
    key: str
    label: Text
    what: Text
    days: int
    rows: Callable[[datetime], QuerySet[Any]]
    dispose: Callable[[Sequence[int]], int]
    sample: Callable[[Any], str] = _number
    order: int = 100


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.key] = kind


def all_kinds() -> list[Kind]:
    return sorted(_kinds.values(), key=lambda kind: (kind.order, kind.key))


def find(key: str) -> Kind | None:
    return _kinds.get(key)
