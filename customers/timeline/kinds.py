"""What the kinds of timeline entries are called and look like; features register theirs in `ready()`.

An entry of a registered kind is headed by the kind's name in the reader's language and its summary stands
below it; an entry of an unknown kind is headed by its summary.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Kind:
    """`icon` is the name of a channel icon; empty means the icon of the entry's channel."""

    label: str | Promise
    icon: str = ""


_kinds: dict[str, Kind] = {
    "note": Kind(_("Note"), "note"),
    "customer.created": Kind(_("Customer created"), "system"),
    "customer.changed": Kind(_("Details changed"), "system"),
    "customer.assigned": Kind(_("New owner"), "system"),
    "customer.tagged": Kind(_("Tags added"), "system"),
    "customer.imported": Kind(_("Imported"), "import"),
    "order": Kind(pgettext_lazy("purchase", "Order"), "order"),
    "call": Kind(_("Phone call")),
    "visit": Kind(_("Visit")),
}
UNKNOWN = Kind("")


def register(name: str, kind: Kind) -> None:
    _kinds[name] = kind


def of(name: str) -> Kind:
    """The kind, or that of its family: "order.refunded" is shown as "order" unless it has its own."""
    return _kinds.get(name) or _kinds.get(name.partition(".")[0]) or UNKNOWN
