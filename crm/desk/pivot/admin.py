from django.contrib import admin

from crm.desk.pivot.models import SavedPivot
from crm.lib.admin import ReadOnlyAdmin


@admin.register(SavedPivot)
class SavedPivotAdmin(ReadOnlyAdmin[SavedPivot]):
    list_display = ("name", "owner", "audience", "team", "updated_at")
    fields = list_display
    list_select_related = ("owner", "team")
    search_fields = ("name",)
