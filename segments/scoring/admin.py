from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.lib.admin import ReadOnlyAdmin, key_of
from segments.scoring.models import Policy, Score, ScoringRun, Trial


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


@admin.register(Policy)
class PolicyAdmin(ReadOnlyAdmin[Policy]):
    list_display = ("number", "made_by", "made_at", "note")
    fields = ("number", "rules", "made_by", "made_at", "note")
    ordering = ("-number",)


@admin.register(Trial)
class TrialAdmin(ReadOnlyAdmin[Trial]):
    list_display = ("asked_at", "asked_by", "finished_at", "error")
    fields = ("asked_at", "asked_by", "rules", "finished_at", "error")
    ordering = ("-asked_at",)
