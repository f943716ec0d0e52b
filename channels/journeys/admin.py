from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from channels.journeys.models import Journey, Run
from crm.lib.admin import ReadOnlyAdmin, key_of


@admin.register(Journey)
class JourneyAdmin(ReadOnlyAdmin[Journey]):
    list_display = ("name", "status", "created_by", "switched_on_at")
    fields = list_display
    list_select_related = ("created_by",)


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin[Run]):
    customer_key = key_of("customer_id", _("customer"))
    list_display = ("entered_at", "customer_key", "state", "ended_at")
    fields = list_display
    ordering = ("-pk",)
