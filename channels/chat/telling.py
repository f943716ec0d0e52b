"""What visitors' pages are told: registered with the inbox and with presence."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from channels.chat.visitors import topic_of
from channels.direct.models import DirectMessage
from channels.inbox.hooks import Change, What
from channels.inbox.models import Message
from channels.live import presence, publishing

KIND = "chat"
LEFT = DirectMessage.State.ACCEPTED


def on_change(change: Change) -> None:
    message = change.message
    if change.what is What.CLOSED:
        if key := visitor_in(change.conversation.pk):
            publishing.publish(topic_of(key), "closed")
    elif message is not None and _is_here(message) and _is_to_be_seen(change, message):
        publishing.publish(topic_of(message.address), "message", {"message": message.pk})


def _is_here(message: Message) -> bool:
    return message.channel is not None and message.channel.kind == KIND and bool(message.address)


def _is_to_be_seen(change: Change, message: Message) -> bool:
    """What visitors said, and what we said once it has left: at once, or when it was waiting before."""
    if change.what is What.REPLIED:
        return message.delivery is None or message.delivery.state == LEFT
    return change.what is What.RECEIVED or (
        change.what is What.DELIVERED and change.data.get("state") == LEFT.value
    )


def rated(data: Mapping[str, Any]) -> str:
    """The line in the stream."""
    text = _("The visitor gave %(stars)s of 5 stars") % data
    return f"{text}: {data['text']}" if data.get("text") else text


def on_typing(topic: str, user: int) -> None:
    """A colleague types an answer: the visitor sees that somebody does."""
    word, _colon, pk = topic.partition(":")
    if user != presence.VISITOR and word == "conversation" and (key := visitor_in(int(pk))):
        presence.tell(topic_of(key), "typing")


def visitor_in(conversation: int) -> str:
    """Who of our visitors spoke last there; empty if the last word came from elsewhere."""
    heard = Message.objects.filter(conversation=conversation, direction=Message.Direction.IN)
    last = heard.order_by("-pk").values_list("channel__kind", "address").first()
    return last[1] if last and last[0] == KIND else ""
