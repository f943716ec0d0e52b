from django.contrib import admin

from channels.webhooks.models import Subscription
from crm.lib.admin import ReadOnlyAdmin


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin[Subscription]):
    """Webhooks are handled on their own page, where every step is recorded."""

    list_display = ("name", "url", "enabled", "failures", "rests_until")
    search_fields = ("name",)
    ordering = ("name",)
