"""What the customer list shows of saved lists: tabs, which one is open, and whether it was changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from crm.accounts.models import User
from customers.listing import Listing
from customers.lists.models import Mark, SavedList


@dataclass(frozen=True)
class Bar:
    """`current` is the list in the address, if this colleague may see it."""

    tabs: Sequence[SavedList]
    current: SavedList | None
    first: SavedList | None
    is_modified: bool
    may_change: bool
    query: str

    @property
    def is_new(self) -> bool:
        """Whether there is something to keep that nobody has kept."""
        return self.current is None and bool(self.query)


def bar(user: User, listing: Listing) -> Bar:
    number = listing.query.get("saved", "")
    asked = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0
    marks = Mark.objects.filter(user=user, saved_list=OuterRef("pk"))
    found = SavedList.objects.visible_to(user).annotate(
        is_pinned=Exists(marks.filter(is_pinned=True)), is_default=Exists(marks.filter(is_default=True))
    )
    rows = list(found.filter(Q(is_pinned=True) | Q(is_default=True) | Q(pk=asked)).order_by("name", "pk"))
    current = next((one for one in rows if one.pk == asked), None)
    return Bar(
        tabs=[one for one in rows if getattr(one, "is_pinned", False) or one is current],
        current=current,
        first=next((one for one in rows if getattr(one, "is_default", False)), None),
        is_modified=current is not None and current.query != listing.address,
        may_change=current is not None and (current.owner_id == user.pk or _may_share(user, current)),
        query=listing.address,
    )


def _may_share(user: User, current: SavedList) -> bool:
    """Asked only for lists of others, which few look at."""
    return SavedList.objects.visible_to(user, "edit").filter(pk=current.pk).exists()
