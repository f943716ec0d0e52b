"""What providers brought, in an erasure: what came of it goes with its customer, the raw form goes here."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import BooleanField, Func, Q, Value

from channels.inbound.models import Event, Taken
from customers import holdings
from customers.holdings import Subject

# Shorter ones stand by chance in what others said.
SHORTEST = 6


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
    Event.objects.filter(pk__in=told).update(raw=b"")
    handles = {one for one in (subject.emails | subject.phones) - subject.shared if len(one) >= SHORTEST}
    spellings = handles | {one.removeprefix("+") for one in handles}
    if spellings:
        named = reduce(or_, (Q(Names(Value(one.encode()), "raw")) for one in sorted(spellings)))
        Event.objects.exclude(raw=b"").filter(named).update(raw=b"")
    return []
