"""Who holds a conversation while it changes. The customer's row comes first, as when something comes in."""

from channels.inbox import receiving
from channels.inbox.models import Conversation


def hold(conversation: Conversation) -> Conversation:
    """The conversation as it is now, locked until the transaction ends."""
    receiving.hold(conversation.customer)
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True)
    held = rows.select_related("customer", "channel", "team", "assignee").get(pk=conversation.pk)
    if held.customer_id != conversation.customer_id:
        # It was handed to another customer while we waited: hold that one as well.
        receiving.hold(held.customer)
    return held


def hold_both(one: Conversation, other: Conversation) -> tuple[Conversation, Conversation]:
    """Two conversations of one customer, in the same order for everybody."""
    receiving.hold(one.customer)
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True)
    found = {row.pk: row for row in rows.filter(pk__in=[one.pk, other.pk]).order_by("pk")}
    return found[one.pk], found[other.pk]
