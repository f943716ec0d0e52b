from django.contrib import admin

from crm.lib.admin import ReadOnlyAdmin
from segments.grouping.models import Grouping, Lookalike, NaturalGroup


@admin.register(Grouping)
class GroupingAdmin(ReadOnlyAdmin[Grouping]):
    list_display = ("as_of", "status", "customers", "seconds", "finished_at", "error")
    fields = (*list_display, "report")
    ordering = ("-created_at",)


@admin.register(NaturalGroup)
class NaturalGroupAdmin(ReadOnlyAdmin[NaturalGroup]):
    list_display = ("number", "customers", "money")
    fields = (*list_display, "profile")


@admin.register(Lookalike)
class LookalikeAdmin(ReadOnlyAdmin[Lookalike]):
    list_display = ("name", "segment", "status", "wanted", "finished_at", "error")
    fields = (*list_display, "report")
    list_select_related = ("segment",)
