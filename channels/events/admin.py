from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from channels.events.models import Event, Registration
from crm.lib.admin import ReadOnlyAdmin, key_of


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin[Event]):
    list_display = ("title_zh", "title_en", "starts_at", "ends_at", "state", "capacity")
    fields = (*list_display, "place", "online_url", "register_until", "has_waiting_list", "asks_consent")
    list_filter = ("state",)
    ordering = ("-pk",)


@admin.register(Registration)
class RegistrationAdmin(ReadOnlyAdmin[Registration]):
    customer_key = key_of("customer_id", _("customer"))
    list_display = ("registered_at", "event", "customer_key", "state", "came_at", "is_walk_in")
    fields = (*list_display, "cancelled_at", "let_in_by")
    list_select_related = ("event",)
    list_filter = ("state",)
    ordering = ("-pk",)
