from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from channels.direct.models import DirectMessage
from crm.lib.admin import ReadOnlyAdmin, key_of


@admin.register(DirectMessage)
class DirectMessageAdmin(ReadOnlyAdmin[DirectMessage]):
    customer_key = key_of("customer_id", _("customer"))
    written_at = key_of("created_at", _("written at"))
    writer = key_of("by", _("from"))
    account = key_of("channel", _("channel"))
    list_display = ("written_at", "customer_key", "writer", "account", "purpose", "state", "sent_at", "cost")
    fields = (*list_display, "parts", "reason")
    list_filter = ("state", "purpose")
    list_select_related = ("by", "channel")
    ordering = ("-pk",)
