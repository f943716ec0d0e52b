from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.lib.admin import ReadOnlyAdmin, key_of
from segments.predicting.models import Model, Prediction, PredictionRun


@admin.register(Prediction)
class PredictionAdmin(ReadOnlyAdmin[Prediction]):
    customer_key = key_of("customer_id", _("customer"))
    list_display = ("customer_key", "expected_orders", "value", "potential", "engagement")
    fields = (*list_display, "value_low", "value_high", "per_order", "spent", "recent")
    ordering = ("customer_id",)


@admin.register(Model)
class ModelAdmin(ReadOnlyAdmin[Model]):
    list_display = ("fitted_at", "kind", "method", "status", "why")
    fields = list_display
    list_filter = ("kind", "status")
    ordering = ("-pk",)


@admin.register(PredictionRun)
class PredictionRunAdmin(ReadOnlyAdmin[PredictionRun]):
    list_display = ("as_of", "status", "customers", "finished_at", "error")
    fields = (*list_display, "step")
    list_filter = ("status",)
    ordering = ("-created_at",)
