from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.lib.admin import ReadOnlyAdmin, key_of
from customers.record.models import Change


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin[Change]):
    """The values themselves stand on the customer's page, where they are masked."""

    customer_key = key_of("customer_id", _("customer"))
    list_display = ("at", "customer_key", "version", "field", "source", "by")
    fields = list_display
    list_filter = ("source",)
    list_select_related = ("by",)
    # The primary key is the order in which changes were made; the time has no index that sorts.
    ordering = ("-pk",)
