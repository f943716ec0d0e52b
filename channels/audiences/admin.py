from django.contrib import admin

from channels.audiences.models import Audience, AudienceRun
from crm.lib.admin import ReadOnlyAdmin


@admin.register(Audience)
class AudienceAdmin(ReadOnlyAdmin[Audience]):
    list_display = ("name", "network", "segment", "refresh", "state", "created_by", "decided_by", "next_at")
    fields = (*list_display, "reason", "limit")
    list_select_related = ("segment", "created_by", "decided_by")


@admin.register(AudienceRun)
class AudienceRunAdmin(ReadOnlyAdmin[AudienceRun]):
    list_display = (
        "audience",
        "created_at",
        "status",
        "writes",
        "members",
        "consented",
        "exported",
        "downloads",
    )
    fields = (*list_display, "expires_at")
    ordering = ("-pk",)
    list_select_related = ("audience",)
