"""The mail that confirms a registration, with a calendar file and the guest's own link."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from channels.consent.models import Purpose
from channels.direct import services as direct
from channels.direct.services import Thread
from channels.events import links
from channels.events.models import Event, Registration
from channels.mail import blobs
from channels.models import Channel
from crm.lib.errors import Refused
from crm.lib.icalendar import escaped, stamp, written

State = Registration.State


def send(registration: Registration) -> bool:
    """Whether a mail is on its way. The seat counts also where no channel can tell of it."""
    channel = Channel.objects.enabled().filter(kind="email").order_by("pk").first()
    if channel is None or not registration.email:
        return False
    with translation.override(registration.language or settings.LANGUAGE_CODE):
        subject, body = _words(registration)
        files = []
        if registration.state == State.BOOKED:
            digest = blobs.keep(calendar(registration).encode())
            files = [{"name": "event.ics", "type": "text/calendar", "digest": digest}]
    try:
        direct.write(
            registration.customer,
            channel,
            purpose=Purpose.SERVICE,
            subject=subject[:200],
            body=body,
            by=None,
            thread=Thread(to=registration.email),
            files=files,
            is_automatic=True,
        )
    except Refused:
        return False
    return True


def when(event: Event) -> str:
    begins, ends = timezone.localtime(event.starts_at), timezone.localtime(event.ends_at)
    end = date_format(ends, "TIME_FORMAT" if ends.date() == begins.date() else "DATETIME_FORMAT")
    return f"{date_format(begins, 'DATETIME_FORMAT')} – {end}"


def calendar(registration: Registration) -> str:
    """The event of a ticket as RFC 5545 wants it."""
    event = registration.event
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//CRM//Events//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{event.key}@{urlsplit(settings.PUBLIC_URL).hostname}",
        f"DTSTAMP:{stamp(timezone.now())}",
        f"DTSTART:{stamp(event.starts_at)}",
        f"DTEND:{stamp(event.ends_at)}",
        f"SUMMARY:{escaped(event.title)}",
        f"LOCATION:{escaped(event.where)}",
        f"URL:{links.ticket_of(registration)}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return written(lines)


def _words(registration: Registration) -> tuple[str, str]:
    event = registration.event
    said = {
        "name": registration.name,
        "event": event.title,
        "when": when(event),
        "where": event.where,
        "code": registration.code,
        "link": links.ticket_of(registration),
    }
    if registration.state == State.WAITING:
        return (
            _("You are on the waiting list: %(event)s") % said,
            _(
                "Hello %(name)s,\n\nall seats of “%(event)s” (%(when)s) are taken. You are on the waiting"
                " list; we write to you as soon as a seat is free.\n\nTo leave the list: %(link)s"
            )
            % said,
        )
    return (
        _("Your registration: %(event)s") % said,
        _(
            "Hello %(name)s,\n\nyour seat is reserved.\n\n%(event)s\n%(when)s\n%(where)s\n\n"
            "Your code for the door: %(code)s\n\nYour ticket, or to cancel: %(link)s"
        )
        % said,
    )
