"""What the timeline says about changed details, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from customers.record import fields


def changes(data: Mapping[str, Any]) -> Sequence[tuple[str, str, str]]:
    told = data.get("changes", {}).items()
    return [(str(fields.label(name)), _word(name, old), _word(name, new)) for name, (old, new) in told]


def _word(name: str, kept: Any) -> str:
    """Names and masked contacts are kept as words; what is one of several choices is kept by its key."""
    if kept in ("", None) or name in fields.RELATIONS or name in fields.MASKS:
        return str(kept or "")
    return fields.show(name, int(kept) if name in fields.HOURS and str(kept).isdecimal() else kept, {})
