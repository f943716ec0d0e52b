from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from channels.letters.models import Letter
from crm.lib.admin import ReadOnlyAdmin, key_of


@admin.register(Letter)
class LetterAdmin(ReadOnlyAdmin[Letter]):
    customer_key = key_of("customer_id", _("customer"))
    list_display = ("asked_at", "customer_key", "kind", "state", "reason", "sent_at")
    fields = list_display
    list_filter = ("state", "kind")
    ordering = ("-pk",)
