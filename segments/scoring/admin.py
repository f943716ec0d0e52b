from django.contrib import admin

from crm.lib.admin import ReadOnlyAdmin
from segments.scoring.models import Score, ScoringRun


@admin.register(Score)
class ScoreAdmin(ReadOnlyAdmin[Score]):
    list_display = ("customer_id", "recency", "frequency", "monetary", "group", "stage", "since")
    list_filter = ("group", "stage")
    ordering = ("customer_id",)
    raw_id_fields = ("customer",)


@admin.register(ScoringRun)
class ScoringRunAdmin(ReadOnlyAdmin[ScoringRun]):
    list_display = ("as_of", "status", "customers", "moved", "finished_at", "error")
    list_filter = ("status",)
    ordering = ("-created_at",)
