"""How far our answers got, shown beside them."""

from django.db import transaction

from channels.connectors.arriving import Delivered, Status
from channels.direct import hearing as direct
from channels.inbox import hooks
from channels.inbox.hooks import Change, What
from channels.inbox.locking import hold
from channels.inbox.models import Message
from channels.models import Channel


@transaction.atomic
def hear(channel: Channel, status: Status) -> bool:
    """Whether it is a single message of ours. Its conversation is held before the message is."""
    found = direct.find(channel, status)
    if found is None:
        return False
    message = Message.objects.filter(delivery=found).select_related("conversation__customer").first()
    held = hold(message.conversation) if message else None
    told = direct.hear(found.pk, status)
    if told is None:
        return False
    if message is not None and held is not None:
        message.refresh_from_db(fields=["delivered_at", "read_at"])
        before = message.delivered_at, message.read_at
        message.read_at = direct.moment_of(told, Delivered.READ)
        message.delivered_at = direct.moment_of(told, Delivered.DELIVERED, Delivered.READ)
        if (message.delivered_at, message.read_at) != before:
            message.save(update_fields=["delivered_at", "read_at"])
            hooks.tell(Change(held, What.DELIVERED, message, data={"state": status.state.value}))
    return True
