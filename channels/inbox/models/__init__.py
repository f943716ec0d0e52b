from channels.inbox.models.conversation import (
    Conversation,
    ConversationQuerySet,
    Enclosure,
    EnclosureQuerySet,
    Mention,
    MentionQuerySet,
    Message,
    MessageQuerySet,
    Reference,
)
from channels.inbox.models.writing import CannedReply, CannedReplyQuerySet, Draft, Glance, TrustedSender

__all__ = [
    "CannedReply",
    "CannedReplyQuerySet",
    "Conversation",
    "ConversationQuerySet",
    "Draft",
    "Enclosure",
    "EnclosureQuerySet",
    "Glance",
    "Mention",
    "MentionQuerySet",
    "Message",
    "MessageQuerySet",
    "Reference",
    "TrustedSender",
]
