"""Whose pages are told of which conversations."""

from collections.abc import Set

from channels.inbox import hooks
from channels.inbox.hooks import Change
from channels.inbox.models import Conversation
from channels.live import publishing, topics
from crm.accounts.models import User


def register() -> None:
    hooks.on_change(_tell, order=900)
    topics.register("conversation", _seen)
    topics.register("inbox", _has_inbox)


def _tell(change: Change) -> None:
    """Open pages look again; what there is to see they fetch themselves."""
    pk, message = change.conversation.pk, change.message
    publishing.publish(f"conversation:{pk}", change.what.value, {"message": message.pk if message else None})
    publishing.publish("inbox", change.what.value, {"conversation": pk})


def _seen(user: User, pks: Set[int]) -> Set[int]:
    return set(Conversation.objects.visible_to(user).filter(pk__in=pks).values_list("pk", flat=True))


def _has_inbox(user: User, pks: Set[int]) -> Set[int]:
    return {topics.ALONE} if user.may("conversation", "view") else set()
