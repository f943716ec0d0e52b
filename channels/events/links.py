"""Addresses of an event outside our house: its page, and what only one guest has."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse

from channels.events.models import Event, Registration
from crm.lib.links import Links

LINKS = Links("channels.events", {"event": b"e", "guest": b"g"})


def page_of(event: Event) -> str:
    return settings.PUBLIC_URL + reverse("gatherings:event", args=[LINKS.make("event", event.key)])


def ticket_of(registration: Registration) -> str:
    return settings.PUBLIC_URL + reverse("gatherings:ticket", args=[LINKS.make("guest", registration.key)])


def door_of(registration: Registration) -> str:
    """What the square code on a ticket says: a phone's camera opens the door's page, for colleagues only."""
    return settings.PUBLIC_URL + reverse("events:scan", args=[registration.code])


def event_in(token: str) -> Event | None:
    key = _key("event", token)
    return Event.objects.exclude(state=Event.State.DRAFT).filter(key=key).first() if key else None


def registration_in(token: str) -> Registration | None:
    key = _key("guest", token)
    rows = Registration.objects.select_related("event", "customer")
    return rows.filter(key=key).first() if key else None


def _key(purpose: str, token: str) -> UUID | None:
    found = LINKS.read(purpose, token)
    return found[0] if found else None
