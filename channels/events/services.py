"""What people ask of events: open them, call them off, invite, follow up."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.campaigns.models import Campaign
from channels.events import confirming, links, registering
from channels.events.models import Event, EventCampaign, Role
from channels.models import Channel
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from crm.lib.models import written_by_people
from segments import services as segments
from segments.models import Segment

State = Event.State
FACTS = {Role.CAME: "events.attended", Role.MISSED: "events.missed"}


@transaction.atomic
def save(event: Event, *, by: User) -> None:
    """Keeps a new or a changed event; more seats are given to who waits."""
    is_new = event.pk is None
    if is_new:
        event.created_by = by
        event.save()
    else:
        _change(event)
    audit.record("event.created" if is_new else "event.changed", event, by=by)
    registering.move_up(event)


def _change(event: Event) -> None:
    """Only what people write: guests take seats of the same row meanwhile."""
    now = registering.hold(event)
    if event.capacity is not None and event.capacity < now.taken:
        raise Refused(_("More guests than that are registered already."))
    event.save(update_fields=written_by_people(Event))


@transaction.atomic
def open_up(event: Event, *, by: User) -> None:
    """From now on its page is public."""
    if not Event.objects.filter(pk=event.pk, state=State.DRAFT).update(state=State.OPEN):
        raise Refused(_("Only a draft can be opened."))
    audit.record("event.opened", event, by=by)


@transaction.atomic
def call_off(event: Event, *, by: User) -> None:
    """Nobody registers or comes in any more. Guests are told by whoever calls it off."""
    if not Event.objects.exclude(state=State.CANCELLED).filter(pk=event.pk).update(state=State.CANCELLED):
        raise Refused(_("This event was called off already."))
    audit.record("event.called_off", event, by=by)


@transaction.atomic
def invite(event: Event, segment: Segment, *, by: User) -> Campaign:
    """A draft of a campaign that invites a segment; its words and its sending are the marketer's."""
    if event.state != State.OPEN:
        raise Refused(_("Open the event first: its page is not public yet."))
    subject = _("Invitation: %(event)s") % {"event": event.title}
    body = _(
        "Dear {{ salutation }},\n\nwe invite you to “%(event)s”: %(when)s, %(where)s.\n\n[Register](%(link)s)"
    ) % {**_said(event), "link": links.page_of(event)}
    return _campaign(event, Role.INVITATION, segment, subject, body, by)


@transaction.atomic
def follow_up(event: Event, *, by: User) -> list[Campaign]:
    """Two segments, of those who came and of those who did not, and a draft of a campaign for each."""
    event = registering.hold(event)
    if event.state != State.OPEN:
        raise Refused(_("This event did not take place."))
    if not event.is_over:
        raise Refused(_("The event is not over yet."))
    if event.campaigns.exclude(role=Role.INVITATION).exists():
        raise Refused(_("This event was followed up already."))
    return [_followed(event, role, [part % _said(event) for part in _words(role)], by) for role in FACTS]


def _words(role: Role) -> tuple[str, str, str]:
    """Name of the segment, subject and text of the campaign, to begin with."""
    if role == Role.CAME:
        return (
            _("Came: %(event)s"),
            _("Thank you for coming: %(event)s"),
            _("Dear {{ salutation }},\n\nthank you for coming to “%(event)s”. We hope you liked it."),
        )
    return (
        _("Did not come: %(event)s"),
        _("We missed you: %(event)s"),
        _("Dear {{ salutation }},\n\nwe missed you at “%(event)s” and hope to see you next time."),
    )


def _followed(event: Event, role: Role, words: list[str], by: User) -> Campaign:
    name, subject, body = words
    segment = Segment(name=segments.free_name(f"{name[:80]} · {timezone.localdate(event.starts_at)}"))
    rule = {"fact": FACTS[role], "op": "at_least", "value": {"number": 1, "days": None, "of": [event.pk]}}
    segments.save(segment, {"match": "all", "rules": [rule]}, by=by)
    return _campaign(event, role, segment, subject, body, by)


def _campaign(event: Event, role: Role, segment: Segment, subject: str, body: str, by: User) -> Campaign:
    channel = Channel.objects.enabled().filter(kind="email").order_by("pk").first()
    if channel is None:
        raise Refused(_("There is no e-mail channel to write by."))
    made = Campaign.objects.create(
        name=subject[:100], segment=segment, channel=channel, subject=subject[:200], body=body, created_by=by
    )
    EventCampaign.objects.create(event=event, campaign=made, role=role)
    audit.record("event.campaign_drafted", event, by=by, campaign=made.pk)
    return made


def _said(event: Event) -> dict[str, Any]:
    return {"event": event.title, "when": confirming.when(event), "where": event.where}
