from django.contrib import admin

from crm.desk.insights.models import Figures
from crm.lib.admin import ReadOnlyAdmin


@admin.register(Figures)
class FiguresAdmin(ReadOnlyAdmin[Figures]):
    list_display = ("page", "user", "counted_at", "took", "error")
    fields = list_display
    list_filter = ("page",)
    ordering = ("page", "reach")
