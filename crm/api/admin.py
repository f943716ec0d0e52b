from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.api.models import Token
from crm.lib.admin import ReadOnlyAdmin, key_of


@admin.register(Token)
class TokenAdmin(ReadOnlyAdmin[Token]):
    """Tokens are made and revoked on their own page, where every step is recorded."""

    list_display = (  # type: ignore[assignment]
        "name",
        key_of("user_id", _("acts as")),
        "prefix",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    search_fields = ("name", "prefix")
    list_select_related = ("user",)
    ordering = ("-created_at",)
    exclude = ("digest",)
