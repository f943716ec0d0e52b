"""Support's view of orders: their source corrects them, nobody does so here."""

from typing import cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.admin import CappedPaginator, ReadOnlyAdmin, TransferMixin, key_of
from crm.lib.errors import Refused
from customers.models import Customer
from customers.orders.models import Order, OrderQuerySet, Product
from customers.orders.resources import OrderResource

MOST_EXPORTED = 10_000


@admin.register(Order)
class OrderAdmin(TransferMixin, ReadOnlyAdmin[Order]):
    resource_classes = (OrderResource,)
    paginator = CappedPaginator
    customer_key = key_of("customer_id", gettext_lazy("customer"))
    list_display = ("external_id", "customer_key", "placed_at", "amount", "currency", "status", "channel")
    fields = (*list_display, "source", "refunded", "items")
    list_filter = ("status", "channel")
    search_fields = ("=external_id",)
    # The primary key is the order in which rows came; the time has no index that sorts.
    ordering = ("-pk",)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return cast(User, request.user).may("customer", "export")

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        user = cast(User, request.user)
        shown = cast(OrderQuerySet, super().get_export_queryset(request))
        rows = shown.filter(customer__in=Customer.objects.visible_to(user, "export"))
        number = rows.order_by()[: MOST_EXPORTED + 1].count()
        if number > MOST_EXPORTED:
            raise Refused(
                _("At most %(most)s orders can be exported at once. Narrow the list first.")
                % {"most": f"{MOST_EXPORTED:,}"}
            )
        if request.method == "POST":
            audit.record("orders.exported", None, by=user, number=number)
        return rows


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin[Product]):
    list_display = ("sku", "name", "category", "price")
    search_fields = ("sku", "name")
    show_full_result_count = False
