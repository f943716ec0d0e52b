from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.lib.admin import ReadOnlyAdmin, key_of
from customers.quality.models import Assessment, Quality, Refresh


@admin.register(Quality)
class QualityAdmin(ReadOnlyAdmin[Quality]):
    customer_key = key_of("customer_id", _("customer"))
    list_display = ("customer_key", "score", "completeness", "accuracy", "timeliness")
    fields = (*list_display, "problems")
    ordering = ("score", "pk")


@admin.register(Assessment)
class AssessmentAdmin(ReadOnlyAdmin[Assessment]):
    asker = key_of("asked_by", _("asked by"))
    list_display = ("started_at", "finished_at", "asker")
    fields = list_display
    list_select_related = ("asked_by",)
    ordering = ("-pk",)


@admin.register(Refresh)
class RefreshAdmin(ReadOnlyAdmin[Refresh]):
    customer_key = key_of("customer_id", _("customer"))
    asker = key_of("asked_by", _("asked by"))
    list_display = ("asked_at", "customer_key", "status", "asker", "answered_at")
    fields = (*list_display, "expires_at")
    list_filter = ("status",)
    list_select_related = ("asked_by",)
    ordering = ("-pk",)
