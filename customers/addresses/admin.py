from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.lib.admin import CappedPaginator, ReadOnlyAdmin, key_of
from customers.addresses.models import Address


@admin.register(Address)
class AddressAdmin(ReadOnlyAdmin[Address]):
    customer_key = key_of("customer_id", _("customer"))
    list_display = ("customer_key", "kind", "is_main", "country", "province", "city", "created_at")
    fields = list_display
    list_filter = ("kind",)
    paginator = CappedPaginator
    ordering = ("-pk",)
