"""Whose pages are told of which conversations."""

from collections.abc import Set

from channels.inbox.models import Conversation
from channels.live import topics
from crm.accounts.models import User


def register() -> None:
    topics.register("conversation", _seen)
    topics.register("inbox", _has_inbox)


def _seen(user: User, pks: Set[int]) -> Set[int]:
    return set(Conversation.objects.visible_to(user).filter(pk__in=pks).values_list("pk", flat=True))


def _has_inbox(user: User, pks: Set[int]) -> Set[int]:
    return {topics.ALONE} if user.may("conversation", "view") else set()
