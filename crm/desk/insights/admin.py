from django.contrib import admin

from crm.desk.insights.models import Figures
from crm.lib.admin import ReadOnlyAdmin


@admin.register(Figures)
class FiguresAdmin(ReadOnlyAdmin[Figures]):
    list_display = ("counted_at", "error")
    fields = list_display
    ordering = ("page", "reach")
