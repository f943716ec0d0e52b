"""What providers brought, in an erasure: what came of it goes with its customer, the raw form goes here."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import BooleanField, Func, Q, Value

from channels.inbound import marks
from channels.inbound.models import Event, Taken
from customers import holdings
from customers.holdings import Subject
from customers.identity.models import Identity

# Shorter ones stand by chance in what others said.
SHORTEST = 6
# Handles that a provider made up for one person; they name nobody else.
OPAQUE, SHORTEST_OPAQUE = ("openid", "unionid", "wecom", "visitor"), 16


class Names(Func):
    """Whether some bytes stand in others."""

    template = "position(%(expressions)s) > 0"
    arg_joiner = " in "
    output_field = BooleanField()


def register_all() -> None:
    holdings.register_eraser("inbound", forget)


def forget(subject: Subject) -> Iterable[str]:
    """Everything raw from which something of theirs was taken, and all that names one of their handles."""
    told = Taken.objects.filter(message__conversation__customer=subject.pk).values("event")
    Event.objects.filter(pk__in=told).update(raw=b"", marks=[])
    words = sorted(_words(subject))
    if words:
        asked = [marks.digest(one) for one in words]
        Event.objects.filter(marks__overlap=asked).update(raw=b"", marks=[])
        # What nobody read yet, or holds too many words to keep them all.
        unread = Event.objects.filter(Q(marks=None) | Q(marks__overlap=[marks.TOO_MANY]))
        named = reduce(or_, (Q(Names(Value(one), "raw")) for one in words))
        unread.filter(named).update(raw=b"", marks=[])
    return []


def _words(subject: Subject) -> set[bytes]:
    handles = {one for one in (subject.emails | subject.phones) - subject.shared if len(one) >= SHORTEST}
    given = Identity.objects.filter(profile__customer=subject.pk, kind__in=OPAQUE)
    handles |= {one for one in given.values_list("value", flat=True) if len(one) >= SHORTEST_OPAQUE}
    return {one.removeprefix("+").encode() for one in handles}
