"""What single messages add to the customer page: what is on its way, and what lies behind one."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from channels.direct.models import DirectMessage
from channels.direct.reasons import words
from channels.direct.sending import SOURCE
from crm.accounts.http import UserRequest
from crm.accounts.models import User
from crm.lib.labels import label
from crm.lib.templatetags.ui import money
from customers import panels
from customers.models import Customer
from customers.timeline import origins
from customers.timeline.models import Entry

# What went well is shown for a moment, what did not for some days.
JUST_NOW, OF_LATE = timedelta(seconds=60), timedelta(days=3)
SHOWN = 5


def register() -> None:
    panels.register(
        panels.Panel(
            "outgoing",
            gettext_lazy("On its way"),
            "direct/_outgoing.html",
            outgoing,
            needs=("message", "view"),
            place=panels.PINNED,
        )
    )
    origins.register(SOURCE, pgettext_lazy("composer", "Message"), origin)


def outgoing(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    now = timezone.now()
    recent = DirectMessage.objects.visible_to(request.user).filter(
        customer=customer, created_at__gt=now - OF_LATE
    )
    found = [
        (one, words(one.reason))
        for one in recent.order_by("-created_at")[:SHOWN]
        if one.state != DirectMessage.State.ACCEPTED or (one.sent_at or now) > now - JUST_NOW
    ]
    if not found:
        return None
    is_moving = any(one.is_open and one.due_at < now + JUST_NOW for one, _words in found)
    return {"messages_out": found, "is_moving": is_moving}


def origin(user: User, entry: Entry) -> origins.Origin | None:
    if not entry.source_id.isdecimal():
        return None
    rows = DirectMessage.objects.visible_to(user).filter(customer=entry.customer_id, pk=int(entry.source_id))
    message = rows.select_related("channel").first()
    if message is None:
        return None
    facts = [
        (_("Purpose"), label("purpose", message.purpose)),
        (_("Sent from"), message.channel.name),
        (_("State"), label("direct", message.state)),
    ]
    if message.cost:
        facts.append((_("Cost"), money(message.cost, settings.DEFAULT_CURRENCY)))
    return origins.Origin(facts=facts)
