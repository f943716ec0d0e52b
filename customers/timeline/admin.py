from django.contrib import admin

from crm.lib.admin import ReadOnlyAdmin
from customers.timeline.models import Entry


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin[Entry]):
    list_display = ("occurred_at", "customer_id", "kind", "channel", "direction", "actor")
    fields = (*list_display, "summary", "body")
    list_filter = ("channel",)
    list_select_related = ("actor",)
    # The primary key is the order in which entries were written; the time has no index that sorts.
    ordering = ("-pk",)
