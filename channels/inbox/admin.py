from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from channels.inbox.models import CannedReply, Conversation, Enclosure, Mention, Message
from crm.lib.admin import CappedPaginator, ReadOnlyAdmin, key_of


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin[Conversation]):
    """By its numbers and states, without a word of what was said."""

    number = key_of("pk", _("number"))
    customer_key = key_of("customer_id", _("customer"))
    list_display = (
        "number",
        "customer_key",
        "status",
        "kind",
        "team",
        "assignee",
        "opened_at",
        "last_at",
        "closed_at",
    )
    fields = (*list_display, "priority", "closed_because", "reopened", "waiting_since", "first_reply_at")
    list_filter = ("status", "kind", "priority")
    list_select_related = ("team", "assignee")
    paginator = CappedPaginator
    ordering = ("-pk",)


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin[Message]):
    """That it was said, by whom and how far it got; not its words."""

    number = key_of("pk", _("number"))
    conversation_key = key_of("conversation_id", _("conversation"))
    writer = key_of("author", _("from"))
    account = key_of("channel", _("channel"))
    list_display = (
        "number",
        "conversation_key",
        "direction",
        "account",
        "writer",
        "at",
        "delivered_at",
        "read_at",
    )
    fields = (*list_display, "kind", "is_automatic")
    list_filter = ("direction",)
    list_select_related = ("author", "channel")
    paginator = CappedPaginator
    ordering = ("-pk",)


@admin.register(Enclosure)
class EnclosureAdmin(ReadOnlyAdmin[Enclosure]):
    number = key_of("pk", _("number"))
    message_key = key_of("message_id", _("message"))
    list_display = ("number", "message_key", "media_type", "size", "state", "reason", "attempts")
    fields = list_display
    list_filter = ("state",)
    paginator = CappedPaginator
    ordering = ("-pk",)


@admin.register(Mention)
class MentionAdmin(ReadOnlyAdmin[Mention]):
    number = key_of("pk", _("number"))
    conversation_key = key_of("conversation_id", _("conversation"))
    list_display = ("number", "conversation_key", "user", "seen_at")
    fields = list_display
    list_select_related = ("user",)
    paginator = CappedPaginator
    ordering = ("-pk",)


@admin.register(CannedReply)
class CannedReplyAdmin(ReadOnlyAdmin[CannedReply]):
    list_display = ("title", "shortcut", "language", "team", "used", "by", "changed_at")
    fields = (*list_display, "text")
    list_filter = ("language",)
    list_select_related = ("team", "by")
    ordering = ("title",)
