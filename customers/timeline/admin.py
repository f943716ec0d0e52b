from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.lib.admin import ReadOnlyAdmin, key_of
from customers.timeline.models import Entry


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin[Entry]):
    customer_key = key_of("customer_id", _("customer"))
    list_display = ("occurred_at", "customer_key", "kind", "channel", "direction", "actor")
    fields = (*list_display, "summary", "body")
    list_filter = ("channel",)
    list_select_related = ("actor",)
    # The primary key is the order in which entries were written; the time has no index that sorts.
    ordering = ("-pk",)
