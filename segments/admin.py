from django.contrib import admin

from crm.lib.admin import ReadOnlyAdmin
from segments.models import Segment


@admin.register(Segment)
class SegmentAdmin(ReadOnlyAdmin[Segment]):
    list_display = ("name", "size", "refreshed_at", "error", "created_by")
    list_select_related = ("created_by",)
    search_fields = ("name",)
