"""The door: finds a guest, lets each in once however many doors there are."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from channels.events.models import Event, Registration, RegistrationQuerySet
from channels.events.registering import SOURCE
from channels.offers.codes import normal
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers import naming
from customers.models import Customer
from customers.timeline import services as timeline
from customers.timeline.models import Entry

MOST_FOUND = 30


@dataclass(frozen=True)
class Guest:
    """A registration as it may be shown: the whole name only to those who may see the customer."""

    row: Registration
    name: str
    is_known: bool


@transaction.atomic
def let_in(registration: Registration, *, by: User) -> None:
    """Raises Refused, with words for the door, for whoever is in already or has no seat."""
    now = timezone.now()
    is_open = Event.objects.filter(pk=registration.event_id, state=Event.State.OPEN).exists()
    # Without a join: only then does the one of two doors that waited look at the row anew.
    seat = Registration.objects.booked().filter(pk=registration.pk, came_at=None)
    if not is_open or not seat.update(came_at=now, let_in_by=by):
        raise Refused(_why_not(registration))
    audit.record("event.attended", registration, by=by)
    timeline.record(
        registration.customer,
        "event.attended",
        summary=str(registration.event),
        channel=Entry.Channel.EVENT,
        by=by,
        at=now,
        source=SOURCE,
        source_id=f"{registration.pk}.event.attended",
    )


@transaction.atomic
def let_out(registration: Registration, *, by: User) -> None:
    """It was the wrong line: takes the check-in back."""
    rows = Registration.objects.came().filter(pk=registration.pk)
    if not rows.update(came_at=None, let_in_by=None):
        raise Refused(_("This guest is not here."))
    audit.record("event.attendance_taken_back", registration, by=by)
    Entry.objects.filter(source=SOURCE, source_id=f"{registration.pk}.event.attended").delete()


def find(event: Event, user: User, typed: str) -> list[Guest]:
    """By code, name, or the last four digits of the phone; without any of it, who came last."""
    rows = (
        Registration.objects.visible_to(user).filter(event=event).exclude(state=Registration.State.CANCELLED)
    )
    rows = rows.select_related("customer", "let_in_by")
    text = typed.replace("\x00", "").strip()
    if not text:
        return guests(user, rows.came().order_by("-came_at")[:MOST_FOUND])
    return guests(user, _matching(rows, text, user).order_by("name", "pk")[:MOST_FOUND])


def guests(user: User, rows: Iterable[Registration]) -> list[Guest]:
    shown = list(rows)
    known = naming.known(user, (one.customer_id for one in shown))
    return [
        Guest(one, naming.shown(one.name, is_known=is_known), is_known)
        for one in shown
        for is_known in [one.customer_id in known]
    ]


def _matching(rows: RegistrationQuerySet, text: str, user: User) -> RegistrationQuerySet:
    found = Q(code=normal(text)[:8])
    if len(text) == 4 and text.isdecimal():
        found |= Q(phone__endswith=text)
    # Whoever may not see the customers cannot fish for their names either.
    named = Q(name__icontains=text[:100]) & Q(customer__in=Customer.objects.visible_to(user))
    return rows.filter(found | named | Q(name=text[:100]))


def _why_not(registration: Registration) -> str:
    current = Registration.objects.select_related("event", "let_in_by").get(pk=registration.pk)
    if current.came_at:
        at = date_format(timezone.localtime(current.came_at), "TIME_FORMAT")
        said = {"at": at, "by": current.let_in_by or ""}
        return _("Already checked in at %(at)s by %(by)s.") % said
    if current.event.state != Event.State.OPEN:
        return _("This event is not open.")
    if current.state == Registration.State.WAITING:
        return _("On the waiting list: there is no seat for this guest yet.")
    return _("This registration was cancelled.")
