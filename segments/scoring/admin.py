from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.lib.admin import ReadOnlyAdmin, key_of
from segments.scoring.models import Score, ScoringRun


@admin.register(Score)
class ScoreAdmin(ReadOnlyAdmin[Score]):
    customer_key = key_of("customer_id", _("customer"))
    list_display = ("customer_key", "recency", "frequency", "monetary", "group", "stage", "since")
    fields = list_display
    list_filter = ("group", "stage")
    ordering = ("customer_id",)


@admin.register(ScoringRun)
class ScoringRunAdmin(ReadOnlyAdmin[ScoringRun]):
    list_display = ("as_of", "status", "customers", "moved", "finished_at", "error")
    fields = ("as_of", "status", "step", "customers", "moved", "finished_at", "error")
    list_filter = ("status",)
    ordering = ("-created_at",)
