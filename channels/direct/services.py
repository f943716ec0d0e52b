"""What people ask: write to one customer, and take it back while it waits."""

from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.consent import gate
from channels.direct import tasks
from channels.direct.models import DirectMessage
from channels.models import Channel
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers.models import Customer

CANCELLED = "cancelled"


@transaction.atomic
def write(
    customer: Customer, channel: Channel, *, purpose: str, subject: str, body: str, by: User
) -> DirectMessage:
    """Writes the message down and wakes up who sends it. Raises Refused for what may not go."""
    verdict = verdict_on(customer, channel, purpose)
    if verdict not in ("", gate.Reason.QUIET):
        raise Refused(_("This message may not be sent: %(reason)s.") % {"reason": gate.Reason(verdict).label})
    message = DirectMessage.objects.create(
        customer=customer, channel=channel, purpose=purpose, subject=subject, body=body, by=by
    )
    audit.record("message.written", customer, by=by, message=message.pk, purpose=purpose)
    transaction.on_commit(partial(tasks.send.delay, message.pk))
    return message


@transaction.atomic
def cancel(message: DirectMessage, *, by: User) -> None:
    waiting = DirectMessage.objects.filter(pk=message.pk, state=DirectMessage.State.READY, sent_at=None)
    if not waiting.update(state=DirectMessage.State.SKIPPED, reason=CANCELLED):
        raise Refused(_("This message is already on its way."))
    audit.record("message.cancelled", message.customer, by=by, message=message.pk)


def verdict_on(customer: Customer, channel: Channel, purpose: str) -> str:
    """Empty if a message may go now; the gate is asked again at the moment of sending."""
    return gate.verdict_on(customer, gate.Question(channel.kind, purpose, timezone.now()))
