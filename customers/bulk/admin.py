from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.lib.admin import ReadOnlyAdmin, key_of
from customers.bulk.models import BulkJob


@admin.register(BulkJob)
class BulkJobAdmin(ReadOnlyAdmin[BulkJob]):
    what = key_of("action", _("what"))
    list_display = ("created_at", "what", "status", "created_by", "changed", "denied", "undone")
    fields = (*list_display, "started_at", "finished_at", "total", "same", "kept")
    ordering = ("-pk",)
    list_filter = ("action", "status")
    list_select_related = ("created_by",)
