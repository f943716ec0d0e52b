from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.lib.admin import ReadOnlyAdmin, key_of
from customers.files.models import Attachment


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin[Attachment]):
    customer_key = key_of("customer_id", _("customer"))
    list_display = ("at", "customer_key", "name", "media_type", "size", "by")
    fields = list_display
    list_select_related = ("by",)
    ordering = ("-pk",)
