from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.lib.admin import ReadOnlyAdmin, key_of
from customers.inquiries.models import Inquiry


@admin.register(Inquiry)
class InquiryAdmin(ReadOnlyAdmin[Inquiry]):
    customer_key = key_of("customer_id", _("customer"))
    asker = key_of("asked_by", _("asked by"))
    list_display = ("asked_at", "customer_key", "wish", "state", "asker", "due_at", "closed_at")
    fields = (*list_display, "passed_on_at")
    list_filter = ("state", "wish")
    list_select_related = ("asked_by",)
    ordering = ("-pk",)
