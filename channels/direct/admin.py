from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from channels.direct.models import DirectMessage
from crm.lib.admin import ReadOnlyAdmin, key_of


@admin.register(DirectMessage)
class DirectMessageAdmin(ReadOnlyAdmin[DirectMessage]):
    customer_key = key_of("customer_id", _("customer"))
    list_display = ("created_at", "customer_key", "by", "channel", "purpose", "state", "reason", "sent_at")
    fields = list_display
    list_filter = ("state", "purpose")
    list_select_related = ("by", "channel")
    ordering = ("-pk",)
