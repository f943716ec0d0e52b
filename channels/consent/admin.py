from typing import cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from channels.consent.models import ConsentEntry, ConsentText
from crm.accounts.models import User
from crm.lib.admin import ReadOnlyAdmin, VisibleAdmin, key_of


@admin.register(ConsentEntry)
class ConsentEntryAdmin(ReadOnlyAdmin[ConsentEntry]):
    customer_key = key_of("customer_id", _("customer"))
    list_display = ("at", "customer_key", "purpose", "channel", "state", "source", "by")
    fields = (*list_display, "text_version", "evidence")
    list_filter = ("purpose", "channel", "state")
    list_select_related = ("by",)
    ordering = ("-pk",)


@admin.register(ConsentText)
class ConsentTextAdmin(VisibleAdmin[ConsentText]):
    """New wordings are written here. What is published stays as it is; a change is a new version."""

    list_display = ("purpose", "version", "published_at")
    list_filter = ("purpose",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may_write(request)

    def has_change_permission(self, request: HttpRequest, obj: ConsentText | None = None) -> bool:
        return self._may_write(request) and (obj is None or obj.published_at is None)

    def has_delete_permission(self, request: HttpRequest, obj: ConsentText | None = None) -> bool:
        return obj is not None and self.has_change_permission(request, obj)

    def _may_write(self, request: HttpRequest) -> bool:
        return cast("User", request.user).may("consent", "configure")
