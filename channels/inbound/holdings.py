"""What providers brought, in an erasure: what came of it stays with its customer, the raw form goes."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from channels.inbound.models import Event, Taken
from customers import holdings, retention
from customers.holdings import Subject
from customers.retention import Kind

State = Event.State
ENDED = (State.DONE, State.IGNORED)


def register_all() -> None:
    holdings.register_eraser("inbound", forget)
    retention.register(
        Kind(
            "inbound-events",
            _("What providers sent us, word for word"),
            _("The messages that came of it stay in their conversations."),
            90,
            over,
            empty,
            order=52,
        )
    )


def forget(subject: Subject) -> Iterable[str]:
    """Everything raw from which something of theirs was taken, and all that names one of their handles."""
    told = Taken.objects.filter(message__conversation__customer=subject.pk).values("event")
    Event.objects.filter(pk__in=told).update(raw=b"")
    for one in (subject.emails | subject.phones) - subject.shared:
        if len(one) > 5:
            Event.objects.filter(raw__contains=one.encode()).update(raw=b"")
    return []


def over(before: datetime) -> QuerySet[Event]:
    """What is set aside stays until somebody has looked at it."""
    return Event.objects.filter(received_at__lt=before, state__in=ENDED).exclude(raw=b"")


def empty(pks: Iterable[int]) -> int:
    return Event.objects.filter(pk__in=pks).update(raw=b"")
