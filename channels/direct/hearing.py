"""What providers report of single messages afterwards. Each report is a fact that stays; what the message is
follows from all of them, so their order does not matter and none counts twice.
"""

from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction

from channels.connectors.arriving import Delivered, Status
from channels.connectors.marks import key_in
from channels.consent import suppression
from channels.consent.models import Suppression
from channels.direct import hooks, sending
from channels.direct.models import DirectMessage
from channels.models import Channel

State = DirectMessage.State
# Which report outweighs which: what was read had arrived, whatever some server on the way said.
RANKS = {
    Delivered.SENT: 1,
    Delivered.FAILED: 2,
    Delivered.DELIVERED: 3,
    Delivered.BOUNCED: 4,
    Delivered.READ: 5,
}
BAD = (Delivered.FAILED, Delivered.BOUNCED)


def find(channel: Channel, status: Status) -> DirectMessage | None:
    """By our own key where the provider echoes it, else by the provider's name of the message."""
    key = status.key or key_in(status.external_id)
    try:
        by_key = DirectMessage.objects.filter(key=UUID(key)) if key else DirectMessage.objects.none()
    except ValueError:
        by_key = DirectMessage.objects.none()
    if found := by_key.select_related("customer", "channel").first():
        return found
    if not status.external_id:
        return None
    named = DirectMessage.objects.filter(channel=channel, provider_id=status.external_id[:200])
    return named.select_related("customer", "channel").first()


@transaction.atomic
def hear(pk: int, status: Status) -> DirectMessage | None:
    """The message with the report; None while it is being handed over, when it is too early to say."""
    rows = DirectMessage.objects.select_for_update(of=("self",), no_key=True)
    message = rows.select_related("customer", "channel").get(pk=pk)
    if message.state == State.DISPATCHING:
        return None
    name, moment = status.state.value, status.at.astimezone(UTC).isoformat(timespec="microseconds")
    if name not in message.news or moment < message.news[name]["at"]:
        message.news[name] = {"at": moment, "reason": status.reason[:200]}
        message.save(update_fields=["news"])
        _block(message, status)
        _conclude(message)
    return message


def moment_of(message: DirectMessage, *states: Delivered) -> datetime | None:
    """When the first of these was reported."""
    told = [
        datetime.fromisoformat(message.news[one.value]["at"]) for one in states if one.value in message.news
    ]
    return min(told, default=None)


def _conclude(message: DirectMessage) -> None:
    told = [Delivered(name) for name in message.news if Delivered(name) in RANKS]
    last = max(told, key=RANKS.__getitem__, default=None)
    if last is None:
        return
    if last in BAD:
        reason = message.news[last.value]["reason"] or last.value
        state, reason = State.FAILED, reason[:200]
    else:
        state, reason = State.ACCEPTED, ""
    if message.state == state and message.reason == reason:
        return
    was = message.state
    message.sent_at = message.sent_at or moment_of(message, *Delivered)
    message.state, message.reason = state, reason
    message.save(update_fields=["state", "reason", "sent_at"])
    if state == State.ACCEPTED and was != State.ACCEPTED:
        sending.tell(message)
    hooks.settled(message)


def _block(message: DirectMessage, status: Status) -> None:
    """Nobody writes to an address that is none, or to whom that takes for a nuisance."""
    if not message.address:
        return
    kind = message.channel.kind
    if status.state is Delivered.COMPLAINED:
        suppression.suppress(kind, message.address, Suppression.Reason.COMPLAINT)
    elif status.state in BAD and status.is_permanent:
        suppression.suppress(kind, message.address, Suppression.Reason.BOUNCE)
