from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from channels.routing.models import Decision, Department, RuleSet, Simulation
from crm.lib.admin import CappedPaginator, ReadOnlyAdmin, key_of


@admin.register(RuleSet)
class RuleSetAdmin(ReadOnlyAdmin[RuleSet]):
    """Versions are written and put to use on their own page."""

    list_display = ("number", "state", "note", "made_by", "made_at", "activated_by", "activated_at")
    list_filter = ("state",)
    list_select_related = ("made_by", "activated_by")


@admin.register(Department)
class DepartmentAdmin(ReadOnlyAdmin[Department]):
    list_display = ("team", "calendar", "away_minutes", "waiting_minutes", "overflow", "answers")
    list_select_related = ("team", "calendar", "overflow")


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin[Decision]):
    number = key_of("pk", _("number"))
    conversation_key = key_of("conversation_id", _("conversation"))
    list_display = ("number", "conversation_key", "at", "moved", "team", "assignee", "why", "rule")
    fields = list_display
    list_filter = ("moved", "why")
    list_select_related = ("team", "assignee", "rule")
    paginator = CappedPaginator
    ordering = ("-pk",)


@admin.register(Simulation)
class SimulationAdmin(ReadOnlyAdmin[Simulation]):
    number = key_of("pk", _("number"))
    list_display = ("number", "ruleset", "against", "asked_by", "total", "done", "finished_at", "error")
    fields = list_display
    list_select_related = ("ruleset", "against", "asked_by")
