"""Facts about events: who was invited, registered, came, did not come."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels.campaigns.models import Delivery
from channels.events.models import Event, Registration, Role
from segments.facts import Group, Kind, Test, register
from segments.rows import Pool, Repeated, Where, fact, times

MOST_CHOICES = 300
INVITED = Role.INVITATION


def _invitations() -> "QuerySet[Delivery]":
    return Delivery.objects.filter(state=Delivery.State.ACCEPTED, campaign__of_event__role=INVITED)


REGISTRATIONS = Pool(lambda: Registration.objects.all())


def register_all() -> None:
    more = {"of": Kind.RECORD, "choices": _events}
    invited = Repeated(Pool(_invitations), _where(Q(), "campaign__of_event__event"), "sent_at", times)
    register(fact("events.invited", _("Invited to events"), Group.CAMPAIGNS, Kind.TIMES, invited, **more))
    for key, label, rows in (
        ("registered", _("Registered for events"), lambda test: ~Q(state="cancelled")),
        ("attended", _("Came to events"), lambda test: Q(came_at__isnull=False)),
        ("missed", _("Registered for events and did not come"), _missed),
    ):
        found = Repeated(REGISTRATIONS, _kept(rows), "registered_at", times)
        register(fact(f"events.{key}", label, Group.CAMPAIGNS, Kind.TIMES, found, **more))


def _missed(test: Test) -> Q:
    return Q(came_at=None, state="booked", event__ends_at__lte=test.as_of) & ~Q(event__state="cancelled")


def _where(rows: Q, event: str = "event") -> Where:
    return lambda test: rows & _of(test, event)


def _kept(rows: Where) -> Where:
    return lambda test: rows(test) & _of(test, "event")


def _of(test: Test, event: str) -> Q:
    return Q(**{f"{event}__in": test.value.of}) if test.value.of else Q()


def _events() -> Sequence[tuple[int, str]]:
    rows = Event.objects.order_by("-starts_at", "-pk")[:MOST_CHOICES]
    return [(one.pk, f"{one.title} · {timezone.localdate(one.starts_at)}") for one in rows]
