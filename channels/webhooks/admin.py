from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from channels.webhooks.models import Subscription
from crm.lib.admin import ReadOnlyAdmin, key_of


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin[Subscription]):
    """Webhooks are handled on their own page, where every step is recorded."""

    address = key_of("url", _("address"))
    list_display = ("name", "address")
    fields = list_display
    search_fields = ("name",)
    ordering = ("name",)
