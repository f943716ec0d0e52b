from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from channels.offers.models import Coupon, Offer, Redemption
from crm.lib.admin import ReadOnlyAdmin, key_of


@admin.register(Offer)
class OfferAdmin(ReadOnlyAdmin[Offer]):
    list_display = ("name", "gives", "codes", "starts_at", "ends_at")
    fields = (*list_display, "percent", "amount", "product", "minimum", "segment", "most_in_all", "most_each")
    list_filter = ("gives", "codes")
    ordering = ("-pk",)


@admin.register(Coupon)
class CouponAdmin(ReadOnlyAdmin[Coupon]):
    customer_key = key_of("customer_id", _("customer"))
    list_display = ("code", "offer", "customer_key", "given_at", "used_at")
    fields = list_display
    list_select_related = ("offer",)
    ordering = ("-pk",)


@admin.register(Redemption)
class RedemptionAdmin(ReadOnlyAdmin[Redemption]):
    customer_key = key_of("customer_id", _("customer"))
    list_display = ("at", "offer", "customer_key", "order_number", "discount", "taken_back_at")
    fields = (*list_display, "by")
    list_select_related = ("offer",)
    ordering = ("-pk",)
