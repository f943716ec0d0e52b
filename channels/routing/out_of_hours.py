"""One automatic answer outside opening hours."""

from channels.inbox.models import Conversation


def answer(conversation: Conversation) -> None:
    pass
