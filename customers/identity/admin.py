from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.lib.admin import ReadOnlyAdmin, key_of
from customers.identity.masking import masked
from customers.identity.models import Identity, Profile


@admin.register(Profile)
class ProfileAdmin(ReadOnlyAdmin[Profile]):
    """Without the values as received: those hold contacts that are masked everywhere else."""

    customer_key = key_of("customer_id", _("customer"))
    list_display = ("source", "source_key", "customer_key", "first_seen_at", "last_seen_at")
    fields = ("customer_key", "source", "source_key", "first_seen_at", "last_seen_at")
    search_fields = ("=source_key",)
    ordering = ("-pk",)


@admin.register(Identity)
class IdentityAdmin(ReadOnlyAdmin[Identity]):
    list_display = ("kind", "handle", "source", "confidence", "last_seen_at", "detached_at")
    fields = (*list_display, "scope", "verified_at", "first_seen_at")
    list_filter = ("kind",)
    search_fields = ("=value",)
    ordering = ("-pk",)

    @admin.display(description=Identity._meta.get_field("value").verbose_name)
    def handle(self, identity: Identity) -> str:
        return masked(identity)
