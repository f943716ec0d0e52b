from django.contrib import admin

from crm.lib.admin import ReadOnlyAdmin
from segments.recommending.models import Exclusion, Learning


@admin.register(Learning)
class LearningAdmin(ReadOnlyAdmin[Learning]):
    list_display = ("as_of", "status", "method", "customers", "products", "finished_at", "error")
    fields = list_display
    list_filter = ("status", "method")
    ordering = ("-created_at",)


@admin.register(Exclusion)
class ExclusionAdmin(ReadOnlyAdmin[Exclusion]):
    list_display = ("product", "category")
    fields = list_display
    list_select_related = ("product",)
