from django.contrib import admin

from crm.lib.admin import ReadOnlyAdmin
from customers.exports.models import ExportJob


@admin.register(ExportJob)
class ExportJobAdmin(ReadOnlyAdmin[ExportJob]):
    list_display = ("created_at", "status", "created_by", "rows", "in_clear", "decided_by", "downloads")
    fields = (*list_display, "started_at", "finished_at")
    ordering = ("-pk",)
    list_filter = ("status", "in_clear")
    list_select_related = ("created_by", "decided_by")
