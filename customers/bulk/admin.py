from django.contrib import admin

from crm.lib.admin import ReadOnlyAdmin
from customers.bulk.models import BulkJob


@admin.register(BulkJob)
class BulkJobAdmin(ReadOnlyAdmin[BulkJob]):
    list_display = ("id", "action", "status", "created_by", "created_at", "changed", "denied", "undone")
    list_filter = ("action", "status")
    list_select_related = ("created_by",)
