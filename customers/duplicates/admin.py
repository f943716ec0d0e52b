from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.lib.admin import ReadOnlyAdmin, key_of
from customers.duplicates.models import Batch


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin[Batch]):
    asker = key_of("created_by", _("asked by"))
    list_display = ("created_at", "verdict", "status", "total", "decided", "left_out", "asker")
    fields = (*list_display, "finished_at", "undone", "kept")
    list_filter = ("verdict", "status")
    list_select_related = ("created_by",)
    ordering = ("-pk",)
