"""Who else has this phone number or e-mail address: asked while somebody types a new customer."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from crm.accounts.models import User
from customers.identity.models import Identity
from customers.models import Customer, CustomerQuerySet

# A switchboard may have thousands of people; five are enough to look up.
SHOWN = 5


@dataclass(frozen=True)
class Alike:
    """`seen` may be opened; of the others only the team is told, so that a colleague can be asked."""

    seen: list[Customer]
    hidden_teams: list[str]
    hidden: int
    pks: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.seen or self.hidden)


def alike(user: User, *, phone: str = "", email: str = "", beside: Collection[int] = ()) -> Alike:
    """Present customers with this phone or e-mail, except those in `beside`."""
    handles = Q()
    for kind, value in ((Identity.Kind.PHONE, phone), (Identity.Kind.EMAIL, email)):
        if value:
            handles |= Q(kind=kind, value=value)
    if not handles:
        return Alike([], [], 0)
    known = Identity.objects.attached().filter(handles).values("profile__customer")
    return told(user, Customer.objects.present().filter(pk__in=known).exclude(pk__in=list(beside)))


def told(user: User, found: CustomerQuerySet) -> Alike:
    """What of these customers `user` is told."""
    seen = list(found.visible_to(user).select_related("owner")[:SHOWN])
    others = found.exclude(pk__in=[one.pk for one in seen]).select_related("team")
    hidden = list(others[:SHOWN]) if len(seen) < SHOWN else []
    return Alike(
        seen,
        sorted({one.team.name for one in hidden if one.team}),
        len(hidden),
        frozenset(one.pk for one in (*seen, *hidden)),
    )
