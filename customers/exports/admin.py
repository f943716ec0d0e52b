from django.contrib import admin

from crm.lib.admin import ReadOnlyAdmin
from customers.exports.models import ExportJob


@admin.register(ExportJob)
class ExportJobAdmin(ReadOnlyAdmin[ExportJob]):
    list_display = ("id", "status", "created_by", "created_at", "rows", "in_clear", "decided_by", "downloads")
    list_filter = ("status", "in_clear")
    list_select_related = ("created_by", "decided_by")
    exclude = ("file",)
