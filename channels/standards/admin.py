from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from channels.standards.models import Calendar, Clock, Policy
from crm.lib.admin import CappedPaginator, ReadOnlyAdmin, key_of


@admin.register(Calendar)
class CalendarAdmin(ReadOnlyAdmin[Calendar]):
    """Changed on its own page, where what is typed is understood."""

    list_display = ("name", "zone", "china")
    fields = (*list_display, "week")


@admin.register(Policy)
class PolicyAdmin(ReadOnlyAdmin[Policy]):
    list_display = ("name", "enabled", "calendar", "first_reply", "next_reply", "resolution", "tells")
    fields = (*list_display, "conditions", "warn_at", "person")
    list_filter = ("enabled",)
    list_select_related = ("calendar",)


@admin.register(Clock)
class ClockAdmin(ReadOnlyAdmin[Clock]):
    number = key_of("pk", _("number"))
    conversation_key = key_of("conversation_id", _("conversation"))
    list_display = ("number", "conversation_key", "kind", "started_at", "due_at", "met_at", "breached_at")
    fields = (*list_display, "target", "used", "warned_at", "escalated_at", "dropped_at")
    list_filter = ("kind",)
    paginator = CappedPaginator
    ordering = ("-pk",)
