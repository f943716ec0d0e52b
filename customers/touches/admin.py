from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.lib.admin import ReadOnlyAdmin, key_of
from customers.touches.models import Revision


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin[Revision]):
    entry_key = key_of("entry_id", _("timeline entry"))
    list_display = ("replaced_at", "entry_key", "by")
    fields = (*list_display, "body")
    list_select_related = ("by",)
    ordering = ("-pk",)
