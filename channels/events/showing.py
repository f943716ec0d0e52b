"""Events on the customer's page and timeline, and a ticket's square code."""

from collections.abc import Mapping
from typing import Any

import qrcode
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from channels.events.confirming import when
from channels.events.models import Registration
from channels.events.registering import SOURCE
from crm.accounts.http import UserRequest
from crm.accounts.models import User
from customers.models import Customer
from customers.panels import Panel
from customers.panels import register as register_panel
from customers.timeline import kinds, origins
from customers.timeline.models import Entry

SHOWN = 5
# Light squares around the dark ones, which readers need.
BORDER = 4


def register() -> None:
    label = pgettext_lazy("customer page", "Events")
    register_panel(Panel("events", label, "events/_panel.html", load, needs=("attendance", "view"), order=47))
    for name, words in (
        ("event.registered", gettext_lazy("Registered for an event")),
        ("event.cancelled", gettext_lazy("Cancelled a registration")),
        ("event.attended", gettext_lazy("Came to an event")),
    ):
        kinds.register(name, kinds.Kind(words, "event", kinds.MARKETING))
    origins.register(SOURCE, pgettext_lazy("gathering", "Event"), origin)


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    rows = Registration.objects.visible_to(request.user).filter(customer=customer).select_related("event")
    found = list(rows.order_by("-event__starts_at")[:SHOWN])
    return {"registrations": found} if found else None


def origin(user: User, entry: Entry) -> origins.Origin | None:
    number = entry.source_id.partition(".")[0]
    if not number.isdecimal():
        return None
    rows = Registration.objects.visible_to(user).filter(customer=entry.customer_id, pk=int(number))
    found = rows.select_related("event").first()
    if found is None:
        return None
    event = found.event
    facts = [
        (_("When"), when(event)),
        (_("Where"), event.where),
        (_("State"), str(found.get_state_display())),
    ]
    return origins.Origin(facts=facts, url=f"/events/{event.pk}/", url_label=_("Open the event"))


def square(text: str) -> SafeString:
    """The text as a QR code, drawn as one path."""
    made = qrcode.QRCode(border=BORDER, error_correction=qrcode.ERROR_CORRECT_M)
    made.add_data(text)
    matrix = made.get_matrix()
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, is_dark in enumerate(row) if is_dark
    )
    return format_html(
        '<svg class="qr" viewBox="0 0 {size} {size}" role="img" aria-label="{label}">'
        '<path class="qr-light" d="M0 0h{size}v{size}h-{size}z"/><path class="qr-dark" d="{path}"/></svg>',
        size=len(matrix),
        label=_("Code for the door"),
        path=path,
    )
