from django.contrib import admin

from crm.audit.models import AuditEntry
from crm.lib.admin import ReadOnlyAdmin


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin[AuditEntry]):
    list_display = ("at", "actor", "action", "subject_type", "subject_id")
    list_filter = ("action",)
    list_select_related = ("actor",)
