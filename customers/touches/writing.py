"""What this feature adds to the customer page: three composers, the pinned notes, and notes' own buttons."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.http import UserRequest
from crm.accounts.models import User
from customers import composers, panels
from customers.composers import Composer
from customers.models import Customer
from customers.timeline import origins
from customers.timeline.models import Entry
from customers.timeline.reading import event
from customers.touches import services
from customers.touches.forms import CallForm, MeetingForm
from customers.touches.models import Pin


def register() -> None:
    composers.register(
        Composer(
            "note", _("Note"), "sticky-note", "touches/_note.html", lambda request, customer: {}, order=10
        )
    )
    composers.register(
        Composer(
            "call",
            pgettext_lazy("log", "Call"),
            "phone",
            "touches/_call.html",
            lambda request, customer: {"form": CallForm()},
            order=20,
        )
    )
    composers.register(
        Composer(
            "meeting",
            pgettext_lazy("with a customer", "Meeting"),
            "handshake",
            "touches/_meeting.html",
            lambda request, customer: {"form": MeetingForm()},
            order=30,
        )
    )
    panels.register(
        panels.Panel("pinned", _("Pinned notes"), "touches/_pinned.html", pinned, place=panels.PINNED)
    )
    origins.register("staff", _("Written by a colleague"), origin)


def pinned(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    pins = Pin.objects.filter(customer=customer).select_related("entry__actor").order_by("-at")
    found = [event(one.entry) for one in pins]
    return {"events": found} if found else None


def origin(user: User, entry: Entry) -> origins.Origin:
    """The earlier wordings, and what may be done with a note. Those of a deleted one are for auditors."""
    may_edit = Customer.objects.visible_to(user, "edit").filter(pk=entry.customer_id).exists()
    wordings = entry.revisions.select_related("by").order_by("-pk") if entry.kind == "note" else []
    own = {
        "revisions": list(wordings),
        "may_correct": may_edit and services.is_correctable(entry, user),
        "may_pin": may_edit and entry.kind == "note",
        "is_pinned": Pin.objects.filter(entry=entry).exists(),
    }
    return origins.Origin(template="touches/_own.html", own=own)
