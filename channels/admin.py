from django.contrib import admin
from django.http import HttpRequest

from channels.models import Channel


@admin.register(Channel)
class ChannelAdmin(admin.ModelAdmin[Channel]):
    """Server and password belong together and are changed on the channel's own page only."""

    list_display = ("name", "connector", "kind", "enabled", "last_sent_at", "last_error_at", "last_error")
    list_filter = ("enabled", "kind")
    search_fields = ("name",)
    fields = (
        "name",
        "enabled",
        "per_second",
        "connector",
        "kind",
        "config",
        "last_sent_at",
        "last_error_at",
        "last_error",
    )
    readonly_fields = ("connector", "kind", "config", "last_sent_at", "last_error_at", "last_error")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
