from django.contrib import admin

from crm.lib.admin import ReadOnlyAdmin
from customers.touches.models import Revision


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin[Revision]):
    list_display = ("replaced_at", "entry_id", "by")
    fields = ("replaced_at", "entry_id", "by", "body")
    list_select_related = ("by",)
    ordering = ("-pk",)
