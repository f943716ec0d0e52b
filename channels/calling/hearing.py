"""What telephone systems tell: it rings at a colleague's, a call is over, nobody answered."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from channels.connectors.arriving import Direction, Happening, Incoming
from channels.inbound import happenings
from channels.inbox import receiving
from channels.live import publishing
from channels.models import Channel
from crm.accounts.models import User
from customers.models import Customer
from customers.timeline.models import Entry

# News of this kind stands on the topic of the colleague whose telephone rings.
RINGING = "call"
MISSED = (Entry.Outcome.NO_ANSWER, Entry.Outcome.BUSY, Entry.Outcome.MESSAGE)


def ring(channel: Channel, customer: Customer, happening: Happening) -> None:
    """Puts the customer onto the screen of whoever is called. That is all: what is said comes later."""
    name = str(happening.data.get("agent", ""))
    colleague = User.objects.filter(is_active=True, username__iexact=name).first() if name else None
    if colleague is not None:
        data = {"customer": customer.pk, "channel": channel.pk}
        publishing.publish(f"user:{colleague.pk}", RINGING, data)


def end(channel: Channel, customer: Customer, happening: Happening) -> None:
    """A call stands on the timeline; one of theirs that nobody took waits in the inbox like any question."""
    is_missed = happening.data.get("outcome") in MISSED and happening.direction is Direction.IN
    if not is_missed:
        happenings.tell(channel, customer, happening)
        return
    with translation.override(settings.LANGUAGE_CODE):
        text = _("Missed call. Please call back.")
    told = "\n".join(part for part in (text, happening.text) if part)
    missed = Incoming(
        happening.dedupe_key,
        happening.at,
        happening.party,
        text=told,
        data={"call": "missed", **happening.data},
    )
    conversation = receiving.open_for(customer, channel, subject=text, at=happening.at)
    receiving.receive(conversation, missed, channel)
