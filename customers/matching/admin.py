from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.lib.admin import ReadOnlyAdmin, key_of
from customers.matching.models import Pair, Run, Weights


@admin.register(Pair)
class PairAdmin(ReadOnlyAdmin[Pair]):
    low_key = key_of("low_id", _("customer"))
    high_key = key_of("high_id", _("customer"))
    list_display = ("low_key", "high_key", "bits", "state", "is_sure", "is_vetoed", "found")
    fields = (*list_display, "reasons", "prior", "weights", "found_at", "decided_at")
    list_filter = ("state", "found")
    ordering = ("-pk",)


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin[Run]):
    list_display = ("started_at", "finished_at", "step", "done", "total")
    fields = (*list_display, "weights", "figures", "reason")
    ordering = ("-pk",)


@admin.register(Weights)
class WeightsAdmin(ReadOnlyAdmin[Weights]):
    list_display = ("created_at", "trained_on")
    fields = (*list_display, "parameters")
    ordering = ("-pk",)
