from django.contrib import admin

from crm.lib.admin import ReadOnlyAdmin
from segments.grouping.models import Grouping, Lookalike, NaturalGroup


@admin.register(Grouping)
class GroupingAdmin(ReadOnlyAdmin[Grouping]):
    list_display = ("as_of", "status", "customers", "finished_at", "error")
    fields = list_display
    ordering = ("-created_at",)


@admin.register(NaturalGroup)
class NaturalGroupAdmin(ReadOnlyAdmin[NaturalGroup]):
    list_display = ("customers", "money")
    fields = list_display


@admin.register(Lookalike)
class LookalikeAdmin(ReadOnlyAdmin[Lookalike]):
    list_display = ("name", "status", "wanted", "finished_at", "error")
    fields = list_display
