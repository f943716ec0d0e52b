"""What colleagues write down about a customer: notes, calls and meetings."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import BadInput, Refused
from customers.models import Customer
from customers.timeline import services as timeline
from customers.timeline.models import Entry
from customers.timeline.signals import recorded
from customers.touches import mentions
from customers.touches.models import Pin, Revision

LONGEST_NOTE = 5000
# So long one may correct or take back what one wrote; after that it is part of the story.
CORRECTABLE = timedelta(hours=24)
MOST_PINS = 5
DELETED = "note.deleted"


@transaction.atomic
def note(customer: Customer, text: str, *, by: User) -> Entry | None:
    body = usable(text)
    named = mentions.find(body, customer)
    data: dict[str, Any] = {"mentions": named} if named else {}
    return timeline.record(customer, "note", summary="", body=body, by=by, **data)


@transaction.atomic
def correct(entry: Entry, text: str, *, by: User) -> None:
    """Replaces the words of a fresh note of one's own. The earlier ones are kept."""
    current, body = _hold(entry, by), usable(text)
    if body == current.body:
        return
    Revision.objects.create(entry=current, body=current.body, by=by)
    current.body = body
    current.data |= {
        "edited_at": timezone.now().isoformat(),
        "mentions": mentions.find(body, current.customer),
    }
    current.save(update_fields=["body", "data"])
    recorded.send(Entry, entries=[current])


@transaction.atomic
def take_back(entry: Entry, *, by: User) -> None:
    """Deletes a fresh note of one's own. That there was one stays, its words only in the kept wordings."""
    current = _hold(entry, by)
    Revision.objects.create(entry=current, body=current.body, by=by)
    Pin.objects.filter(entry=current).delete()
    Entry.objects.filter(pk=current.pk).update(kind=DELETED, body="", data={})
    audit.record("note.deleted", current.customer, by=by, entry=current.pk)


@transaction.atomic
def pin(entry: Entry, *, by: User) -> None:
    if entry.kind != "note":
        raise Refused(_("Only notes can be pinned."))
    # One after the other, so that two at once cannot both be the last that fits.
    customer = Customer.objects.select_for_update(no_key=True).get(pk=entry.customer_id)
    if Pin.objects.filter(customer=customer).count() >= MOST_PINS:
        raise Refused(_("%(most)s notes are pinned already. Unpin one of them first.") % {"most": MOST_PINS})
    Pin.objects.get_or_create(entry=entry, defaults={"customer": customer, "by": by})


def unpin(entry: Entry) -> None:
    Pin.objects.filter(entry=entry).delete()


@transaction.atomic
def call(customer: Customer, fields: dict[str, Any], *, by: User) -> Entry | None:
    return timeline.record(
        customer,
        "call",
        summary="",
        channel=Entry.Channel.PHONE,
        direction=fields["direction"],
        **_told(customer, fields, by),
        outcome=fields["outcome"],
    )


@transaction.atomic
def meeting(customer: Customer, fields: dict[str, Any], *, by: User) -> Entry | None:
    return timeline.record(
        customer,
        "meeting",
        summary="",
        channel=Entry.Channel.MEETING,
        **_told(customer, fields, by),
        place=fields["place"],
    )


def is_correctable(entry: Entry, user: User) -> bool:
    return (
        entry.kind == "note"
        and entry.actor_id == user.pk
        and timezone.now() - entry.occurred_at < CORRECTABLE
    )


def usable(text: str) -> str:
    """The words to keep; BadInput for none or too many."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise BadInput(_("Please write something first."))
    if len(text) > LONGEST_NOTE:
        raise BadInput(_("This note is too long. %(most)s characters fit.") % {"most": LONGEST_NOTE})
    return text


def _told(customer: Customer, fields: dict[str, Any], by: User) -> dict[str, Any]:
    """What calls and meetings have in common."""
    body: str = fields["body"]
    at: datetime | None = fields["at"]
    seconds = (fields["minutes"] or 0) * 60
    told: dict[str, Any] = {"body": body, "by": by, "at": at}
    if seconds:
        told["seconds"] = seconds
    if named := mentions.find(body, customer):
        told["mentions"] = named
    return told


def _hold(entry: Entry, user: User) -> Entry:
    """The note, locked; Refused unless it is a fresh one of the user's own."""
    current = Entry.objects.select_for_update(of=("self",)).select_related("customer").get(pk=entry.pk)
    if current.kind != "note" or current.actor_id != user.pk:
        raise Refused(_("Only who wrote a note can change it."))
    if not is_correctable(current, user):
        raise Refused(
            _("A note can be changed for %(hours)d hours after it was written.")
            % {"hours": CORRECTABLE // timedelta(hours=1)}
        )
    return current
