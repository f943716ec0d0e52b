"""What the kinds of timeline entries are called and look like; features register theirs in `ready()`.

An entry of a registered kind is headed by the kind's name in the reader's language and its summary stands
below it; an entry of an unknown kind, or of one without a name, is headed by its summary. `group` is the tab
under which entries of this kind are found.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

TALK, ORDERS, NOTES, MARKETING, CHANGES = "talk", "orders", "notes", "marketing", "changes"
GROUPS: dict[str, str | Promise] = {
    TALK: _("Conversations"),
    ORDERS: _("Orders"),
    NOTES: _("Notes"),
    MARKETING: pgettext_lazy("timeline", "Marketing"),
    CHANGES: pgettext_lazy("timeline", "Changes"),
}


@dataclass(frozen=True)
class Kind:
    """`icon` is the name of a channel icon; empty means the icon of the entry's channel.

    `changes` reads from the entry's data what changed: name, before, after.
    """

    label: str | Promise
    icon: str = ""
    group: str = ""
    changes: Callable[[Mapping[str, Any]], Sequence[tuple[str, str, str]]] | None = None


_kinds: dict[str, Kind] = {
    "note": Kind(_("Note"), "note", NOTES),
    "note.deleted": Kind(_("Note deleted"), "note", NOTES),
    "customer": Kind("", "system", CHANGES),
    "customer.created": Kind(_("Customer created"), "system", CHANGES),
    "customer.assigned": Kind(_("New owner"), "system", CHANGES),
    "customer.tagged": Kind(_("Tags added"), "system", CHANGES),
    "customer.imported": Kind(_("Imported"), "import", CHANGES),
    "order": Kind(pgettext_lazy("purchase", "Order"), "order", ORDERS),
    "call": Kind(_("Phone call"), group=TALK),
    "visit": Kind(_("Visit"), group=TALK),
    "meeting": Kind(pgettext_lazy("with a customer", "Meeting"), "meeting", TALK),
    "message": Kind("", group=TALK),
    "email": Kind("", group=TALK),
}
UNKNOWN = Kind("")


def register(name: str, kind: Kind) -> None:
    _kinds[name] = kind


def of(name: str) -> Kind:
    """The kind, or that of its family: "order.refunded" is shown as "order" unless it has its own."""
    return _kinds.get(name) or _kinds.get(name.partition(".")[0]) or UNKNOWN


def names() -> list[tuple[str, str]]:
    """Every kind that has a name, by its name."""
    return sorted(
        ((name, str(kind.label)) for name, kind in _kinds.items() if kind.label), key=lambda one: one[1]
    )


def in_group(group: str) -> Q:
    """The entries under one tab."""
    names = [name for name, kind in _kinds.items() if kind.group == group]
    within = Q(kind__in=names)
    for family in (name for name in names if "." not in name):
        within |= Q(kind__startswith=f"{family}.")
    return within
