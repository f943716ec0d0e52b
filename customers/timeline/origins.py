"""Where an entry comes from: the row behind it, shown when the entry is expanded.

Features register how theirs is read, under the `source` their entries carry:

    origins.register("order", _("Order"), origin_of_order)

The function gets the reader and the entry, and answers with what to show or None when there is nothing more
to see, or nothing this reader may see.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from crm.accounts.models import User
from customers.timeline.models import Entry


@dataclass(frozen=True)
class Origin:
    """Pairs of label and value, lines such as the articles of an order, and a page that tells more.

    A `template` gets `own` and the entry, for what needs buttons.
    """

    facts: Sequence[tuple[str | Promise, str]] = ()
    lines: Sequence[tuple[str, str]] = ()
    url: str = ""
    url_label: str | Promise = ""
    template: str = ""
    own: Mapping[str, Any] = field(default_factory=dict)


Load = Callable[[User, Entry], Origin | None]

_origins: dict[str, tuple[str | Promise, Load]] = {}


def register(source: str, label: str | Promise, load: Load) -> None:
    _origins[source] = label, load


def of(user: User, entry: Entry) -> Origin | None:
    found = _origins.get(entry.source)
    return found[1](user, entry) if found else None


def name_of(source: str) -> str:
    """What the source is called; the name it came with when nobody registered it."""
    return str(_origins[source][0]) if source in _origins else source
