"""What the timeline says about changed fields. It keeps their words: a field may be renamed or archived."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language


def changes(data: Mapping[str, Any]) -> Sequence[tuple[str, str, str]]:
    return [(_label(one["labels"]), one["old"], one["new"]) for one in data.get("fields", [])]


def _label(labels: Sequence[str]) -> str:
    """In the reader's language where there is such a label; the English one is always first."""
    chinese = (get_language() or "").startswith("zh")
    return labels[-1] if chinese else labels[0]
