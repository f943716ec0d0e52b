from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from channels.consent.models import ConsentEntry
from crm.lib.admin import ReadOnlyAdmin, key_of


@admin.register(ConsentEntry)
class ConsentEntryAdmin(ReadOnlyAdmin[ConsentEntry]):
    customer_key = key_of("customer_id", _("customer"))
    list_display = ("at", "customer_key", "purpose", "channel", "state", "source", "by")
    fields = (*list_display, "text_version", "evidence")
    list_filter = ("purpose", "channel", "state")
    list_select_related = ("by",)
    ordering = ("-pk",)
