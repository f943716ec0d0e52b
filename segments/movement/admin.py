from django.contrib import admin

from crm.lib.admin import ReadOnlyAdmin
from segments.movement.models import Month, Watch


@admin.register(Month)
class MonthAdmin(ReadOnlyAdmin[Month]):
    list_display = ("month", "as_of", "customers", "taken_at")
    fields = list_display
    ordering = ("-month",)


@admin.register(Watch)
class WatchAdmin(ReadOnlyAdmin[Watch]):
    list_display = ("customers", "money", "set_by", "set_at")
    fields = list_display
    ordering = ("-pk",)
